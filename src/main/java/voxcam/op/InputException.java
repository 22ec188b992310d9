package voxcam.op;

/**
 * What was given cannot be used: a file, a shape, an attribute, a name. The message is one line
 * that says what is wrong, with which numbers, where, and where possible what to do. Everything
 * else that the engine throws is a fault of the engine.
 */
public final class InputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
