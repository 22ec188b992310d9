"""The networks that are exported: MONAI's, torchvision's, and those that only papers have."""
from arch_monai import SEResNet50
from arch_modules import AxialNet, ResNet, ResNet2d, UNet
from onnx_modules import CTNet, MProtoNet, SEResNext, Slices, VideoNet, prototypes, vision


def item(name, module, shape, layers, task="multiclass", targets=(0, 2), **more):
    """`space` gives for a layer its axes of space and the grid of its tokens, as users write them, where they are not the usual ones."""
    return {"name": name, "module": module, "shape": shape, "layers": layers, "task": task, "targets": list(targets)} | more


def monai(name, **options):
    def build():
        import monai.networks.nets
        return getattr(monai.networks.nets, name)(**options)
    return build


def vit(**options):
    def build():
        from monai.networks.nets import ViT

        class Classifier(ViT):
            """Without the hidden states that come second."""

            def forward(self, x):
                return super().forward(x)[0]

        return Classifier(**options)
    return build


SMALL = (1, 1, 16, 16, 16)
SEG = {"task": "segmentation", "targets": (0, 1)}
DYN = {"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "kernel_size": [3, 3, 3], "strides": [1, 2, 2], "upsample_kernel_size": [2, 2]}

NARROW = [
    item("resnet18", monai("ResNet", block="basic", layers=[2, 2, 2, 2], block_inplanes=[3, 4, 5, 6], n_input_channels=1, num_classes=3,
                           conv1_t_size=3, conv1_t_stride=1), SMALL, ["layer3", "layer2"], free=(0,)),
    item("resnet50", monai("ResNet", block="bottleneck", layers=[3, 4, 6, 3], block_inplanes=[2, 3, 3, 4], n_input_channels=1, num_classes=3,
                           conv1_t_size=3, conv1_t_stride=1), SMALL, ["layer3", "layer2"], exporters=("older",)),
    item("medicalnet", lambda: ResNet(10, (3, 4, 5, 6), kernel=7, stride=2, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)), (1, 1, 18, 20, 17),
         ["layer4", "layer2"], exporters=("older",)),
    item("densenet", monai("DenseNet", spatial_dims=3, in_channels=1, out_channels=3, init_features=4, growth_rate=2, bn_size=2, block_config=(2, 3, 3, 2)),
         (1, 1, 32, 32, 32), ["features.denseblock3", "features.denseblock2"], exporters=("older",)),
    item("seresnet50", SEResNet50, (1, 1, 33, 32, 32), ["layer3", "layer2"], exporters=("older",)),
    item("seresnext", SEResNext, (1, 1, 20, 20, 20), ["layer2", "layer1"]),
    item("r3d_18", lambda: VideoNet("r3d"), (1, 3, 6, 20, 20), ["layer4", "layer3"], exporters=("older",)),
    item("mc3_18", lambda: VideoNet("mc3"), (1, 3, 6, 20, 20), ["layer4", "layer3"], exporters=("older",)),
    item("r2plus1d_18", lambda: VideoNet("r2plus1d"), (1, 3, 6, 20, 20), ["layer4", "layer3"]),
    item("unet", monai("UNet", spatial_dims=3, in_channels=1, out_channels=2, channels=(3, 4, 5), strides=(2, 2), num_res_units=1), SMALL,
         ["model.1.submodule.1.submodule", "model.0"], free=(0, 2, 3, 4), **SEG),
    item("segresnet", monai("SegResNet", spatial_dims=3, init_filters=4, in_channels=1, out_channels=2, blocks_down=(1, 2), blocks_up=(1,), norm=("GROUP", {"num_groups": 2})), SMALL,
         ["down_layers.1", "up_layers.0"], **SEG),
    item("dynunet", monai("DynUNet", **DYN, filters=[3, 4, 5]), SMALL, ["bottleneck", "upsamples.0"], exporters=("older",), **SEG),
    item("attentionunet", monai("AttentionUnet", spatial_dims=3, in_channels=1, out_channels=2, channels=(3, 4, 6), strides=(2, 2)), SMALL,
         ["model.1.submodule.1.submodule", "model.0"], **SEG),
    item("vit", vit(in_channels=1, img_size=(8, 12, 16), patch_size=(4, 4, 4), hidden_size=12, mlp_dim=16, num_layers=2, num_heads=2,
                      classification=True, num_classes=3, post_activation=""), (1, 1, 8, 12, 16),
         ["patch_embedding.patch_embeddings", "blocks.0.norm1", "blocks.1.norm1"],
         space={"blocks.0.norm1": ("1", "1+2x3x4"), "blocks.1.norm1": ("1", "1+2x3x4")}),
    item("unetr", monai("UNETR", in_channels=1, out_channels=2, img_size=(16, 16, 32), feature_size=2, hidden_size=4, mlp_dim=6, num_heads=2),
         (1, 1, 16, 16, 32), ["encoder4", "vit.blocks.9"], space={"vit.blocks.9": ("1", "1x1x2")}, exporters=("older",), **SEG),
    item("efficientnet", monai("EfficientNet", blocks_args_str=["r1_k3_s11_e1_i32_o24_se0.25", "r2_k3_s22_e2_i24_o32_se0.25", "r1_k5_s22_e2_i32_o40_se0.25"],
                               width_coefficient=0.125, depth_coefficient=1.0, dropout_rate=0.0, image_size=16, spatial_dims=3, in_channels=1,
                               num_classes=3, depth_divisor=1), SMALL, ["_blocks.2", "_blocks.0"], exporters=("older",)),
    item("resnet18-2d", lambda: ResNet2d((3, 4, 5, 6)), (1, 3, 40, 40), ["layer4", "layer3"]),
    item("axialnet", lambda: AxialNet((3, 4, 5, 6), convs=(6, 5, 4, 4), kernels=(2, 1, 1, 1), last=(2, 1)), (3, 3, 65, 33), ["conv2d.7", "features.7"],
         space={"conv2d.7": ("0,2,3", None)}, task="multilabel"),
    item("ctnet", lambda: CTNet((3, 27), slabs=4, convs=(5, 4, 3), hidden=(5, 4), grid=(1, 1, 1), classes=3), (1, 4, 3, 44, 52),
         ["features", "stack", "reducing.3"], space={"stack": ("1,3,4", None), "reducing.3": ("-,3,4", None)}, exporters=("older",)),
    item("slices", Slices, (1, 5, 9, 11), ["own", "more"], space={"own": ("1,2,3", None), "more": ("1,3,4", None)},
         exporters=("older",)),
    item("mprotonet", prototypes, (1, 2, 16, 16, 16), ["features"], exporters=("older", "newer")),
]


def video(name):
    def build():
        return getattr(vision().models.video, name)(num_classes=5)
    return build


CUBE = (1, 1, 64, 64, 64)
PATCH = (1, 1, 96, 96, 96)
CLIP = (1, 3, 16, 112, 112)
WIDE = [
    item("resnet18", monai("resnet18", spatial_dims=3, n_input_channels=1, num_classes=3), CUBE, ["layer4", "layer3"], free=(0, 2, 3, 4)),
    item("resnet50", monai("resnet50", spatial_dims=3, n_input_channels=1, num_classes=3), CUBE, ["layer4", "layer3"]),
    item("densenet121", monai("DenseNet121", spatial_dims=3, in_channels=1, out_channels=3), CUBE, ["features.denseblock3", "features.denseblock2"]),
    item("seresnet50", monai("SEResNet50", spatial_dims=3, in_channels=1, num_classes=3), CUBE, ["layer3", "layer2"]),
    item("seresnext50", monai("SEResNext50", spatial_dims=3, in_channels=1, num_classes=3), CUBE, ["layer3", "layer2"]),
    item("r3d_18", video("r3d_18"), CLIP, ["layer4", "layer3"]),
    item("mc3_18", video("mc3_18"), CLIP, ["layer4", "layer3"]),
    item("r2plus1d_18", video("r2plus1d_18"), CLIP, ["layer4", "layer3"]),
    item("unet", monai("UNet", spatial_dims=3, in_channels=1, out_channels=2, channels=(16, 32, 64, 128, 256), strides=(2, 2, 2, 2), num_res_units=2),
         CUBE, ["model.1.submodule.1.submodule.1.submodule.1.submodule", "model.0"], free=(0, 2, 3, 4), **SEG),
    item("segresnet", monai("SegResNet", spatial_dims=3, in_channels=1, out_channels=2), CUBE, ["down_layers.3", "up_layers.0"], free=(2, 3, 4), **SEG),
    item("dynunet", monai("DynUNet", spatial_dims=3, in_channels=1, out_channels=2, kernel_size=[3] * 5, strides=[1, 2, 2, 2, 2], upsample_kernel_size=[2] * 4),
         CUBE, ["bottleneck", "upsamples.0"], exporters=("older",), box=32, **SEG),
    item("vnet", monai("VNet", spatial_dims=3, in_channels=1, out_channels=2), CUBE, ["down_tr256", "up_tr256"], **SEG),
    item("attentionunet", monai("AttentionUnet", spatial_dims=3, in_channels=1, out_channels=2, channels=(16, 32, 64), strides=(2, 2)), CUBE,
         ["model.1.submodule.1.submodule", "model.0"], **SEG),
    item("unetr", monai("UNETR", in_channels=1, out_channels=2, img_size=PATCH[2:]), PATCH, ["encoder4", "vit.blocks.9"],
         space={"vit.blocks.9": ("1", "6x6x6")}, box=32, **SEG),
    item("vit", vit(in_channels=1, img_size=PATCH[2:], patch_size=(16, 16, 16), classification=True, num_classes=3, post_activation=""),
         PATCH, ["patch_embedding.patch_embeddings", "blocks.11.norm1"], space={"blocks.11.norm1": ("1", "1+6x6x6")}),
    item("efficientnet-b0", monai("EfficientNetBN", model_name="efficientnet-b0", spatial_dims=3, in_channels=1, num_classes=3, pretrained=False), CUBE,
         ["_blocks.4", "_blocks.2"]),
    item("resnet18-2d", lambda: vision().models.resnet18(num_classes=5), (1, 3, 224, 224), ["layer4", "layer3"]),
    item("medicalnet", lambda: ResNet(18, (64, 128, 256, 512), kernel=7, stride=2, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)), CUBE,
         ["layer4", "layer2"]),
    item("axialnet", lambda: AxialNet((64, 128, 256, 512), classes=83), (5, 3, 420, 420), ["conv2d.7", "features.7"],
         space={"conv2d.7": ("0,2,3", None)}, task="multilabel"),
    item("ctnet", lambda: CTNet(slabs=9, classes=83), (1, 9, 3, 420, 420), ["features", "stack", "reducing.5"],
         space={"stack": ("1,3,4", None), "reducing.5": ("-,3,4", None)}, task="multilabel"),
    item("mprotonet", lambda: MProtoNet(4, 128, 30), (1, 4, 64, 64, 48), ["features", "add_ons"]),
]
