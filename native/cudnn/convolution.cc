// The calls that compute: shapes must fit exactly, the algorithm must be one that cuDNN has for them, and the workspace
// must be as large as was said. The arithmetic waits in the stream.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "arithmetic.h"
#include "descriptor.h"

using namespace dnn;

namespace {
// Which algorithms cuDNN has for convolutions along three axes with groups and dilation, and which give the same bits
// every time.
struct Algorithm {
  int number;
  bool deterministic;
  bool workspace;
};

constexpr Algorithm FORWARD[] = {{1, true, true}, {0, true, false}};
constexpr Algorithm INPUT[] = {{1, true, true}, {0, false, false}};
constexpr Algorithm WEIGHTS[] = {{1, true, true}, {0, false, false}, {3, false, true}};

template <class Body>
void eachAlgorithm(Direction direction, Body body) {
  if (direction == Direction::FORWARD) for (auto& one : FORWARD) body(one);
  if (direction == Direction::INPUT) for (auto& one : INPUT) body(one);
  if (direction == Direction::WEIGHTS) for (auto& one : WEIGHTS) body(one);
}

int outputSize(int in, int window, int padding, int stride, int dilation) {
  return 1 + (in + 2 * padding - ((window - 1) * dilation + 1)) / stride;
}

cudnnStatus_t fit(const Tensor* x, const Tensor* w, const Convolution* one, const Tensor* y, Geometry& g) {
  if (!lives(x) || !lives(w) || !lives(one) || !lives(y)) return CUDNN_STATUS_BAD_PARAM;
  size_t axes = one->padding.size(), count = axes + 2;
  if (axes == 0 || x->sizes.size() != count || w->sizes.size() != count || y->sizes.size() != count) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  if (axes < 2 || axes > 3) return CUDNN_STATUS_NOT_SUPPORTED;
  if (x->type != w->type || x->type != y->type) return CUDNN_STATUS_BAD_PARAM;
  if (x->format != w->format && x->sizes[1] > 1 && w->sizes[1] > 1) {
    return CUDNN_STATUS_NOT_SUPPORTED;
  }
  g = {x->sizes[0], x->sizes[1], w->sizes[0], one->groups, {1, 1, 1}, {1, 1, 1}, {1, 1, 1},
       {0, 0, 0},   {1, 1, 1},   {1, 1, 1},   one->flipped};
  if (y->sizes[0] != g.n || y->sizes[1] != g.k || w->sizes[1] * g.groups != g.c || g.k % g.groups != 0) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  for (size_t a = 0; a < axes; a++) {
    size_t to = a + 3 - axes;
    g.in[to] = x->sizes[a + 2];
    g.window[to] = w->sizes[a + 2];
    g.out[to] = y->sizes[a + 2];
    g.padding[to] = one->padding[a];
    g.stride[to] = one->stride[a];
    g.dilation[to] = one->dilation[a];
    int size = outputSize(g.in[to], g.window[to], g.padding[to], g.stride[to], g.dilation[to]);
    if (size < 1 || size != g.out[to]) return CUDNN_STATUS_BAD_PARAM;
  }
  return CUDNN_STATUS_SUCCESS;
}

// An odd number of bytes that no caller would guess: it has to ask.
size_t workspaceOf(const Algorithm& algorithm, const Geometry& g) {
  return algorithm.workspace ? 1028 + 4 * static_cast<size_t>(g.k) * g.window[0] * g.window[1] * g.window[2] : 0;
}

cudnnStatus_t workspace(Direction direction, const Geometry& g, int number, size_t& bytes) {
  cudnnStatus_t status = CUDNN_STATUS_NOT_SUPPORTED;
  eachAlgorithm(direction, [&](const Algorithm& one) {
    if (one.number != number) return;
    bytes = workspaceOf(one, g);
    status = CUDNN_STATUS_SUCCESS;
  });
  return status;
}

cudnnStatus_t list(cudnnHandle_t handle, Direction direction, const Tensor* x, const Tensor* w,
                   const Convolution* one, const Tensor* y, int asked, int* given, cudnnAlgoPerf_t* out) {
  Geometry g;
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(handle) || asked < 1 || given == nullptr || out == nullptr) return CUDNN_STATUS_BAD_PARAM;
  cudnnStatus_t status = fit(x, w, one, y, g);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  *given = 0;
  eachAlgorithm(direction, [&](const Algorithm& algorithm) {
    if (*given == asked) return;
    out[(*given)++] = {algorithm.number, 0,           -1.0f, workspaceOf(algorithm, g), algorithm.deterministic,
                       one->mathType,    {0, 0, 0}};
  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t ask(cudnnHandle_t handle, Direction direction, const Tensor* x, const Tensor* w, const Convolution* one,
                  const Tensor* y, int algorithm, size_t* bytes) {
  Geometry g;
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(handle) || bytes == nullptr) return CUDNN_STATUS_BAD_PARAM;
  cudnnStatus_t status = fit(x, w, one, y, g);
  return status == CUDNN_STATUS_SUCCESS ? workspace(direction, g, algorithm, *bytes) : status;
}

struct Operand {
  Tensor shape;
  void* data;
  bool held() const { return vx_emu_library_holds(reinterpret_cast<uint64_t>(data), shape.bytes()); }
};

// All that the work needs, copied: descriptors may be changed or destroyed before it is done.
struct Job {
  Direction direction;
  Geometry geometry;
  Operand x, w, y;
  void* scratch;
  size_t scratchBytes;
  float alpha, beta;
  bool tf32;

  // As on GPUs that have it: unless FMA math was asked for, single precision is multiplied by tensor cores.
  std::vector<float> values(Operand& one) {
    std::vector<float> all = load(one.shape, one.data);
    if (tf32 && one.shape.type == FLOAT) roundToTf32(all);
    return all;
  }

  void run() {
    // Wrong addresses fault where they are touched, with their distance from the nearest allocation.
    if (scratchBytes > 0) memset(scratch, 0xFF, scratchBytes);
    Operand& to = direction == Direction::FORWARD ? y : direction == Direction::INPUT ? x : w;
    auto read = [&](Operand& one) { return &one == &to ? std::vector<float>() : values(one); };
    store(to.shape, to.data, convolve(direction, geometry, read(x), read(w), read(y)), alpha, beta);
  }
};

cudnnStatus_t compute(cudnnHandle_t handle, Direction direction, const void* alpha, const void* beta,
                      const Convolution* one, int algorithm, void* scratch, size_t scratchBytes, const Tensor* x,
                      const void* xData, const Tensor* w, const void* wData, const Tensor* y, const void* yData) {
  Geometry g;
  if (!lives(handle) || alpha == nullptr || beta == nullptr) return CUDNN_STATUS_BAD_PARAM;
  cudnnStatus_t status = fit(x, w, one, y, g);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  size_t needed = 0;
  status = workspace(direction, g, algorithm, needed);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  if (needed > scratchBytes || (needed > 0 && scratch == nullptr)) return CUDNN_STATUS_BAD_PARAM;
  auto job = std::make_unique<Job>(Job{direction,
                                       g,
                                       {*x, const_cast<void*>(xData)},
                                       {*w, const_cast<void*>(wData)},
                                       {*y, const_cast<void*>(yData)},
                                       scratch,
                                       needed,
                                       *static_cast<const float*>(alpha),
                                       *static_cast<const float*>(beta),
                                       one->mathType != FMA_MATH});
  if (!job->x.held() || !job->w.held() || !job->y.held()) return CUDNN_STATUS_BAD_PARAM;
  const char* name = direction == Direction::FORWARD ? "cudnnConvolutionForward"
                     : direction == Direction::INPUT ? "cudnnConvolutionBackwardData"
                                                     : "cudnnConvolutionBackwardFilter";
  int code = vx_emu_library_enqueue(
      handle->stream, name, [](void* self) { static_cast<Job*>(self)->run(); }, job.release(),
      [](void* self) { delete static_cast<Job*>(self); });
  return code == 0 ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}
}  // namespace

EXPORT cudnnStatus_t cudnnGetConvolutionNdForwardOutputDim(cudnnConvolutionDescriptor_t one, cudnnTensorDescriptor_t x,
                                                           cudnnFilterDescriptor_t w, int count, int* sizes) {
  if (!lives(one) || !lives(x) || !lives(w) || sizes == nullptr) return CUDNN_STATUS_BAD_PARAM;
  size_t axes = one->padding.size();
  if (static_cast<size_t>(count) != axes + 2 || x->sizes.size() != axes + 2 || w->sizes.size() != axes + 2) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  sizes[0] = x->sizes[0];
  sizes[1] = w->sizes[0];
  for (size_t a = 0; a < axes; a++) {
    sizes[a + 2] =
        outputSize(x->sizes[a + 2], w->sizes[a + 2], one->padding[a], one->stride[a], one->dilation[a]);
  }
  return CUDNN_STATUS_SUCCESS;
}

#define COUNT(name, algorithms)                                                         \
  EXPORT cudnnStatus_t name(cudnnHandle_t handle, int* count) {                         \
    if (!lives(handle) || count == nullptr) return CUDNN_STATUS_BAD_PARAM;              \
    *count = algorithms;                                                                \
    return CUDNN_STATUS_SUCCESS;                                                        \
  }

COUNT(cudnnGetConvolutionForwardAlgorithmMaxCount, 8)
COUNT(cudnnGetConvolutionBackwardDataAlgorithmMaxCount, 6)
COUNT(cudnnGetConvolutionBackwardFilterAlgorithmMaxCount, 7)

EXPORT cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                            cudnnFilterDescriptor_t w,
                                                            cudnnConvolutionDescriptor_t one,
                                                            cudnnTensorDescriptor_t y, int asked, int* given,
                                                            cudnnAlgoPerf_t* out) {
  return list(handle, Direction::FORWARD, x, w, one, y, asked, given, out);
}

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                                 cudnnTensorDescriptor_t y,
                                                                 cudnnConvolutionDescriptor_t one,
                                                                 cudnnTensorDescriptor_t x, int asked, int* given,
                                                                 cudnnAlgoPerf_t* out) {
  return list(handle, Direction::INPUT, x, w, one, y, asked, given, out);
}

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                                   cudnnTensorDescriptor_t y,
                                                                   cudnnConvolutionDescriptor_t one,
                                                                   cudnnFilterDescriptor_t w, int asked, int* given,
                                                                   cudnnAlgoPerf_t* out) {
  return list(handle, Direction::WEIGHTS, x, w, one, y, asked, given, out);
}

EXPORT cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                             cudnnFilterDescriptor_t w,
                                                             cudnnConvolutionDescriptor_t one,
                                                             cudnnTensorDescriptor_t y, int algorithm, size_t* bytes) {
  return ask(handle, Direction::FORWARD, x, w, one, y, algorithm, bytes);
}

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                                  cudnnTensorDescriptor_t y,
                                                                  cudnnConvolutionDescriptor_t one,
                                                                  cudnnTensorDescriptor_t x, int algorithm,
                                                                  size_t* bytes) {
  return ask(handle, Direction::INPUT, x, w, one, y, algorithm, bytes);
}

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                                    cudnnTensorDescriptor_t y,
                                                                    cudnnConvolutionDescriptor_t one,
                                                                    cudnnFilterDescriptor_t w, int algorithm,
                                                                    size_t* bytes) {
  return ask(handle, Direction::WEIGHTS, x, w, one, y, algorithm, bytes);
}

EXPORT cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x,
                                             const void* xData, cudnnFilterDescriptor_t w, const void* wData,
                                             cudnnConvolutionDescriptor_t one, int algorithm, void* scratch,
                                             size_t bytes, const void* beta, cudnnTensorDescriptor_t y, void* yData) {
  return compute(handle, Direction::FORWARD, alpha, beta, one, algorithm, scratch, bytes, x, xData, w, wData, y,
                 yData);
}

EXPORT cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, cudnnFilterDescriptor_t w,
                                                  const void* wData, cudnnTensorDescriptor_t y, const void* yData,
                                                  cudnnConvolutionDescriptor_t one, int algorithm, void* scratch,
                                                  size_t bytes, const void* beta, cudnnTensorDescriptor_t x,
                                                  void* xData) {
  return compute(handle, Direction::INPUT, alpha, beta, one, algorithm, scratch, bytes, x, xData, w, wData, y, yData);
}

EXPORT cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x,
                                                    const void* xData, cudnnTensorDescriptor_t y, const void* yData,
                                                    cudnnConvolutionDescriptor_t one, int algorithm, void* scratch,
                                                    size_t bytes, const void* beta, cudnnFilterDescriptor_t w,
                                                    void* wData) {
  return compute(handle, Direction::WEIGHTS, alpha, beta, one, algorithm, scratch, bytes, x, xData, w, wData, y,
                 yData);
}
