package voxcam.backend;

/**
 * This machine cannot do what was asked: no such device, not enough memory. The message is one line
 * that says what would help.
 */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BackendException(String message) {
    super(message);
  }

  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }
}
