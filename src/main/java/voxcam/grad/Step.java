package voxcam.grad;

import voxcam.graph.Node;
import voxcam.op.Shape;

/**
 * One question to the table: what is the gradient at this input of a node, given the gradient at
 * its output?
 *
 * @param node the operation and its inputs; it also stands for its output, which many rules read
 * @param input which input is asked about
 * @param gy the gradient at the output, of the output's shape
 */
record Step(Node node, int input, Node gy) {
  Node x() {
    return node.input(0);
  }

  Node x(int index) {
    return node.input(index);
  }

  Node y() {
    return node;
  }

  /** The shape that the answer must have. */
  Shape shape() {
    return node.input(input).shape();
  }
}
