package voxcam.nets;

import voxcam.graph.Graph;

/**
 * What an architecture makes of weights.
 *
 * @param graph batch and space of its input are free; its only output are the logits
 * @param task {@code multiclass}, {@code multilabel} or {@code segmentation}, the words of model
 *     files
 * @param layer the node to explain unless another one is asked for
 */
public record Network(Graph graph, String task, String layer) {}
