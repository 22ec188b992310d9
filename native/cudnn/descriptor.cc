// Handles and descriptors, checked as strictly as the manual reads: what it only warns of is refused.
#include <algorithm>
#include <mutex>
#include <set>

#include "descriptor.h"

namespace dnn {
namespace {
std::mutex mutex;
std::set<const void*> living;
}  // namespace

void born(const void* object) {
  std::lock_guard<std::mutex> lock(mutex);
  living.insert(object);
  vx_emu_library_count(1);
}

bool dies(const void* object) {
  std::lock_guard<std::mutex> lock(mutex);
  if (living.erase(object) == 0) return false;
  vx_emu_library_count(-1);
  return true;
}

bool lives(const void* object) {
  std::lock_guard<std::mutex> lock(mutex);
  return living.count(object) == 1;
}

size_t Tensor::count() const {
  size_t product = 1;
  for (int size : sizes) product *= static_cast<size_t>(size);
  return product;
}

size_t Tensor::bytes() const {
  int64_t last = 0;
  for (size_t i = 0; i < sizes.size(); i++) last += (sizes[i] - 1) * strides[i];
  return static_cast<size_t>(last + 1) * (type == FLOAT ? 4 : 2);
}

namespace {
bool known(int type) { return type == FLOAT || type == HALF || type == BFLOAT16; }

bool positive(const int* values, int count) {
  return std::all_of(values, values + count, [](int value) { return value > 0; });
}

// Dense strides; with channels last the second dimension lies innermost.
std::vector<int64_t> dense(const std::vector<int>& sizes, Format format) {
  std::vector<int64_t> strides(sizes.size());
  int64_t next = 1;
  if (format == NHWC) {
    strides[1] = next;
    next *= sizes[1];
  }
  for (size_t i = sizes.size(); i-- > 0;) {
    if (format == NHWC && i == 1) continue;
    strides[i] = next;
    next *= sizes[i];
  }
  return strides;
}

cudnnStatus_t set(Tensor* tensor, int type, Format format, int count, const int* sizes) {
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(tensor) || sizes == nullptr || !known(type)) return CUDNN_STATUS_BAD_PARAM;
  if (format != NCHW && format != NHWC) return CUDNN_STATUS_NOT_SUPPORTED;
  if (count < 4 || !positive(sizes, std::min(count, MOST_DIMENSIONS))) return CUDNN_STATUS_BAD_PARAM;
  if (count > MOST_DIMENSIONS) return CUDNN_STATUS_NOT_SUPPORTED;
  tensor->type = static_cast<DataType>(type);
  tensor->format = format;
  tensor->sizes.assign(sizes, sizes + count);
  tensor->strides = dense(tensor->sizes, format);
  return CUDNN_STATUS_SUCCESS;
}

template <class T>
cudnnStatus_t create(T** out) {
  if (out == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  *out = new T;
  born(*out);
  return CUDNN_STATUS_SUCCESS;
}

template <class T>
cudnnStatus_t destroy(T* object) {
  if (object == nullptr) return CUDNN_STATUS_SUCCESS;
  int code = vx_emu_library_step(1);
  if (!dies(object)) return CUDNN_STATUS_BAD_PARAM;
  delete object;
  return code == 0 ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_INTERNAL_ERROR;
}
}  // namespace
}  // namespace dnn

using namespace dnn;

EXPORT size_t cudnnGetVersion() { return 91501; }
EXPORT size_t cudnnGetMaxDeviceVersion() { return 1200; }
EXPORT size_t cudnnGetCudartVersion() { return 12060; }

EXPORT const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS: return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
    case CUDNN_STATUS_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_INTERNAL_ERROR: return "CUDNN_STATUS_INTERNAL_ERROR";
    case CUDNN_STATUS_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "CUDNN_UNKNOWN_STATUS";
}

EXPORT cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (vx_emu_library_call() != 0) return CUDNN_STATUS_NOT_INITIALIZED;
  return create(handle);
}

EXPORT cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) { return destroy(handle); }

EXPORT cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, void* stream) {
  if (!lives(handle)) return CUDNN_STATUS_BAD_PARAM;
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, void** stream) {
  if (!lives(handle) || stream == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *stream = handle->stream;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* out) { return create(out); }
EXPORT cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor) { return destroy(tensor); }
EXPORT cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* out) { return create(out); }
EXPORT cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter) { return destroy(filter); }
EXPORT cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* out) { return create(out); }
EXPORT cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t one) { return destroy(one); }

EXPORT cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensor, int type, int count, const int* sizes,
                                                const int* strides) {
  if (strides == nullptr) return CUDNN_STATUS_BAD_PARAM;
  cudnnStatus_t status = set(tensor, type, NCHW, count, sizes);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  if (!positive(strides, count)) return CUDNN_STATUS_BAD_PARAM;
  tensor->strides.assign(strides, strides + count);
  if (tensor->strides == dense(tensor->sizes, NHWC)) tensor->format = NHWC;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnSetTensorNdDescriptorEx(cudnnTensorDescriptor_t tensor, int format, int type, int count,
                                                  const int* sizes) {
  return set(tensor, type, static_cast<Format>(format), count, sizes);
}

EXPORT cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t filter, int type, int format, int count,
                                                const int* sizes) {
  return set(filter, type, static_cast<Format>(format), count, sizes);
}

EXPORT cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t one, int count, const int* padding,
                                                     const int* stride, const int* dilation, int mode, int type) {
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(one) || padding == nullptr || stride == nullptr || dilation == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (count < 1) return CUDNN_STATUS_BAD_PARAM;
  if (count > MOST_DIMENSIONS - 2) return CUDNN_STATUS_NOT_SUPPORTED;
  if (!positive(stride, count) || !positive(dilation, count)) return CUDNN_STATUS_BAD_PARAM;
  if (std::any_of(padding, padding + count, [](int pad) { return pad < 0; })) return CUDNN_STATUS_BAD_PARAM;
  if (mode < 0 || mode > 1) return CUDNN_STATUS_BAD_PARAM;
  if (type != FLOAT) return CUDNN_STATUS_NOT_SUPPORTED;  // sums are always in single precision here
  one->padding.assign(padding, padding + count);
  one->stride.assign(stride, stride + count);
  one->dilation.assign(dilation, dilation + count);
  one->flipped = mode == 0;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t one, int groups) {
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(one) || groups < 1) return CUDNN_STATUS_BAD_PARAM;
  one->groups = groups;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t one, int type) {
  if (vx_emu_library_step(0) != 0) return CUDNN_STATUS_INTERNAL_ERROR;
  if (!lives(one) || type < 0 || type > 3) return CUDNN_STATUS_BAD_PARAM;
  one->mathType = type;
  return CUDNN_STATUS_SUCCESS;
}

EXPORT cudnnStatus_t cudnnGetConvolutionMathType(cudnnConvolutionDescriptor_t one, int* type) {
  if (!lives(one) || type == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *type = one->mathType;
  return CUDNN_STATUS_SUCCESS;
}
