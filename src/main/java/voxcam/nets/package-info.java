/**
 * Known architectures, for weights that come without a graph.
 *
 * <p>{@link voxcam.nets.Architectures#named} takes a name and options as {@code
 * resnet18:conv1_stride=2}; the architecture found builds a graph from a state dict under PyTorch's
 * parameter names. Widths, classes and input channels follow from the weights; batch and space stay
 * free; images and slabs are {@code [N,C,H,W]}. Nodes are named after PyTorch's modules, because
 * users name layers by them; a module that holds others ({@code layer4}) is the name of its output.
 * Weights that are missing, left over or of another shape are listed by name.
 */
package voxcam.nets;
