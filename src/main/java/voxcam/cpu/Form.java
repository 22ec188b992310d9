package voxcam.cpu;

import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import voxcam.graph.Node;

/**
 * One way to compute a node: the layouts that it reads and the one that it writes.
 *
 * @param inputs for each input of the node
 * @param cost what one run is expected to take, in nanoseconds; 0 where all forms of an operation
 *     take as long
 * @param kernel makes the kernel, which may pack weights
 */
record Form(List<Layout> inputs, Layout output, double cost, Supplier<Kernel> kernel) {
  Form {
    inputs = List.copyOf(inputs);
  }

  /** The form that every operation has. */
  static Form plain(Node node, Supplier<Kernel> kernel) {
    return new Form(
        Collections.nCopies(node.inputs().size(), Layout.PLAIN), Layout.PLAIN, 0, kernel);
  }
}
