package voxcam.cpu;

import java.util.List;

/**
 * A kernel that works on {@link Layout#BLOCKED} tensors.
 *
 * @param inputs the layout in which the kernel reads each input; values that are one number for
 *     each channel, or one for each position, stay {@link Layout#PLAIN}
 * @param output the layout in which it writes
 */
record BlockedForm(List<Layout> inputs, Layout output, Kernel kernel) {
  BlockedForm {
    inputs = List.copyOf(inputs);
  }
}
