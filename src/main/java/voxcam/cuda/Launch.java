package voxcam.cuda;

import java.util.List;

/**
 * One start of a kernel, as data. Nothing here touches a device, so launches can be made, read and
 * tested anywhere.
 *
 * @param family the file of the kernel, {@code conv} for kernels/conv.cu
 * @param kernel its name in that file
 * @param grid how many blocks of how many threads
 * @param arguments in the order of the kernel's parameters
 */
record Launch(String family, String kernel, Grid grid, List<Argument> arguments) {
  Launch {
    arguments = List.copyOf(arguments);
  }

  static Launch of(String family, String kernel, Grid grid, Argument... arguments) {
    return new Launch(family, kernel, grid, List.of(arguments));
  }
}
