package voxcam.cuda;

import java.util.List;
import java.util.Optional;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;
import voxcam.backend.BackendException;
import voxcam.backend.Finding;

/**
 * cuDNN 9 as it is on this machine, and what its calls answer. Looked for once, when a program or a
 * report first asks for it.
 *
 * @param version as it tells it, 91501 for 9.15.1; empty if it was not found or does not suit
 * @param told what was looked for, where, and what came of it
 */
record Cudnn(Optional<Long> version, String told) {
  private static final List<String> NAMES =
      NvidiaLibrary.isWindows() ? List.of("cudnn64_9.dll") : List.of("libcudnn.so.9");

  private static final int SUCCESS = 0;

  /** The classes of status codes: what is wrong with a call, and what is not done. */
  private static final int BAD_PARAM = 2000;

  private static final int INTERNAL_ERROR = 4000;

  /** The first without known faults in convolutions of volumes in half precision. */
  private static final long SOUND_FOR_VOLUMES = 91500;

  private static Cudnn found;

  /** Looks, unless it was found before. */
  static synchronized Cudnn get() {
    if (found == null) {
      Cudnn looked = look();
      if (looked.version().isEmpty()) {
        return looked;
      }
      found = looked;
    }
    return found;
  }

  private static Cudnn look() {
    Optional<NvidiaLibrary.Found> library = NvidiaLibrary.find(NAMES);
    if (library.isEmpty()) {
      return refused(String.join(", ", NAMES) + ": not found by " + NvidiaLibrary.places());
    }
    String file = library.get().file();
    try {
      long version = Natives.load("JCudnn", JCudnn::cudnnGetVersion);
      if (version / 10_000 != 9) {
        return refused(file + ": version " + text(version) + ", needed is 9");
      }
      String warning =
          version < SOUND_FOR_VOLUMES
              ? "; before 9.15 some convolutions of volumes in fp16 and bf16 are slow or take much"
                  + " memory"
              : "";
      return new Cudnn(Optional.of(version), file + ": version " + text(version) + warning);
    } catch (BackendException e) {
      return refused(file + ": " + e.getMessage());
    }
  }

  private static Cudnn refused(String told) {
    return new Cudnn(Optional.empty(), told);
  }

  /** Handles for a context. */
  static HandlePool<cudnnHandle> handles() {
    return new HandlePool<>(
        () -> {
          cudnnHandle handle = new cudnnHandle();
          check("cudnnCreate", JCudnn.cudnnCreate(handle));
          return handle;
        },
        (handle, stream) ->
            check(
                "cudnnSetStream",
                JCudnn.cudnnSetStream(
                    handle,
                    stream
                        .map(one -> new cudaStream_t(one.handle()))
                        .orElseGet(cudaStream_t::new))),
        handle -> check("cudnnDestroy", JCudnn.cudnnDestroy(handle)));
  }

  /** For {@code engine doctor}. */
  Finding finding(LibraryUse use) {
    String outcome =
        version.isEmpty()
            ? "; convolutions run on our kernels"
            : use.cudnn()
                ? "; taken for convolutions"
                : "; not taken, " + LibraryUse.LIBRARIES + " leaves it out";
    return new Finding("cuDNN 9", told + outcome);
  }

  /** {@code 9.15.1}. */
  static String text(long version) {
    return version / 10_000 + "." + version % 10_000 / 100 + "." + version % 100;
  }

  /** Throws if a call did not succeed. */
  static void check(String call, int status) {
    if (status != SUCCESS) {
      throw failure(call, name(status));
    }
  }

  static BackendException failure(String call, String answer) {
    return new BackendException(
        "cuda: "
            + call
            + " failed with "
            + answer
            + "; run engine doctor, or leave cuDNN out (-D"
            + LibraryUse.LIBRARIES
            + "=none)");
  }

  /** {@code CUDNN_STATUS_NOT_SUPPORTED}. */
  static String name(int status) {
    return Optional.ofNullable(JCudnn.cudnnGetErrorString(status)).orElse("status " + status);
  }

  /**
   * Whether a call says that this is not done, here or at all, as opposed to a failure of the
   * machine.
   */
  static boolean isRefusal(int status) {
    return status >= BAD_PARAM && status < INTERNAL_ERROR;
  }
}
