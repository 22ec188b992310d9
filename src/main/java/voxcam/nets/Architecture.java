package voxcam.nets;

import java.util.Map;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/** A network's structure with its options, ready for weights. */
public sealed interface Architecture
    permits ResNet,
        VideoResNet,
        DenseNet,
        SeResNet,
        ResNet2d,
        AxialNet,
        MeshNet,
        UNet,
        MonaiUNet,
        SegResNet {
  /** The name that users give. */
  String name();

  /**
   * The network with these weights.
   *
   * @param weights by the parameter names of a PyTorch state dict
   * @throws InputException if weights are missing, left over or of another shape, with the first
   *     ten names
   */
  Network build(Map<String, Tensor> weights);
}
