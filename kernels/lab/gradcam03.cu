// Grad-CAM 03: what is used for larger maps: the means by kernels/camrows.cu, the map by kernels/cam.cu (channels-last: the other way round).
// Predicted: the loads of HiResCAM 06, of one tensor after the other; both tensors once, so the same lower bound.
// Brought: 4 loads of 16 bytes before the first use in each of the two. The second launch waits for the first one's last block; where the
// whole map takes a few microseconds that wait is a good part of it.
// lab: launches=2 bytes=8 ahead=4x16
#include "../camrows.cu"
#include "../cam.cu"
