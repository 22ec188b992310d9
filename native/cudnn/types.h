// The part of cuDNN 9 that the emulator implements: names and numbers are those of NVIDIA's reference manual.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "library.h"

enum cudnnStatus_t : int {
  CUDNN_STATUS_SUCCESS = 0,
  CUDNN_STATUS_NOT_INITIALIZED = 1001,
  CUDNN_STATUS_BAD_PARAM = 2000,
  CUDNN_STATUS_NOT_SUPPORTED = 3000,
  CUDNN_STATUS_INTERNAL_ERROR = 4000,
  CUDNN_STATUS_EXECUTION_FAILED = 5000,
};

enum DataType : int { FLOAT = 0, HALF = 2, BFLOAT16 = 9 };
inline constexpr int FMA_MATH = 3;
enum Format : int { NCHW = 0, NHWC = 1 };

namespace dnn {
inline constexpr int MOST_DIMENSIONS = 8;

// Logical dimensions N C and space, or K C and space, and where each lies.
struct Tensor {
  DataType type = FLOAT;
  Format format = NCHW;
  std::vector<int> sizes;
  std::vector<int64_t> strides;

  size_t count() const;
  size_t bytes() const;  // from the first to behind the last element
};

struct Convolution {
  std::vector<int> padding, stride, dilation;
  bool flipped = false;  // a true convolution, not a cross-correlation
  int groups = 1;
  int mathType = 0;
};

struct Handle {
  void* stream = nullptr;
};
}  // namespace dnn

// As in cuDNN: the heuristics' answer for one algorithm.
struct cudnnAlgoPerf_t {
  int algo;
  int status;
  float time;
  size_t memory;
  int determinism;
  int mathType;
  int reserved[3];
};

using cudnnHandle_t = dnn::Handle*;
using cudnnTensorDescriptor_t = dnn::Tensor*;
using cudnnFilterDescriptor_t = dnn::Tensor*;
using cudnnConvolutionDescriptor_t = dnn::Convolution*;
