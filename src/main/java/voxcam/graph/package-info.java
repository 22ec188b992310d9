/**
 * A network, a gradient, a heat map: each is a graph of operations.
 *
 * <p>A {@link voxcam.graph.Graph} is an immutable list of nodes in an order in which inputs come
 * before users. A {@link voxcam.graph.Node} has a name (the layer name that users give), an
 * operation, inputs and, once the sizes of the graph's inputs are known, a shape. Graphs are made
 * by a {@link voxcam.graph.GraphBuilder}, which checks every shape as it goes, and extended by
 * building on from an existing graph: a gradient or a map is more nodes behind the same forward
 * pass.
 */
package voxcam.graph;
