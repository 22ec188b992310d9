// Names and sentences of the driver's codes. These calls are not counted and never made to fail: whoever tells of an
// error needs them.
#include "driver.h"

namespace {
struct Text {
  CUresult code;
  const char* name;
  const char* sentence;
};

#define CODE(code) code, #code
constexpr Text TEXTS[] = {
    {CODE(CUDA_SUCCESS), "no error"},
    {CODE(CUDA_ERROR_INVALID_VALUE), "invalid argument"},
    {CODE(CUDA_ERROR_OUT_OF_MEMORY), "out of memory"},
    {CODE(CUDA_ERROR_NOT_INITIALIZED), "initialization error"},
    {CODE(CUDA_ERROR_NO_DEVICE), "no CUDA-capable device is detected"},
    {CODE(CUDA_ERROR_INVALID_DEVICE), "invalid device ordinal"},
    {CODE(CUDA_ERROR_INVALID_IMAGE), "device kernel image is invalid"},
    {CODE(CUDA_ERROR_INVALID_CONTEXT), "invalid device context"},
    {CODE(CUDA_ERROR_INVALID_PTX), "a PTX JIT compilation failed"},
    {CODE(CUDA_ERROR_UNSUPPORTED_PTX_VERSION), "the provided PTX was compiled with an unsupported toolchain."},
    {CODE(CUDA_ERROR_INVALID_HANDLE), "invalid resource handle"},
    {CODE(CUDA_ERROR_NOT_FOUND), "named symbol not found"},
    {CODE(CUDA_ERROR_NOT_READY), "device not ready"},
    {CODE(CUDA_ERROR_ILLEGAL_ADDRESS), "an illegal memory access was encountered"},
    {CODE(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES), "too many resources requested for launch"},
    {CODE(CUDA_ERROR_CONTEXT_IS_DESTROYED), "context is destroyed"},
    {CODE(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED), "part or all of the requested memory range is already mapped"},
    {CODE(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED), "pointer does not correspond to a registered memory region"},
    {CODE(CUDA_ERROR_ILLEGAL_INSTRUCTION), "an illegal instruction was encountered"},
    {CODE(CUDA_ERROR_MISALIGNED_ADDRESS), "misaligned address"},
    {CODE(CUDA_ERROR_LAUNCH_FAILED), "unspecified launch failure"},
    {CODE(CUDA_ERROR_NOT_SUPPORTED), "operation not supported"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED), "operation not permitted when stream is capturing"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), "operation failed due to a previous error during capture"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_MERGE), "operation would result in a merge of separate capture sequences"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED), "capture was not ended in the same stream as it began"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_UNJOINED), "capturing stream has unjoined work"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_ISOLATION), "dependency created on uncaptured work in another stream"},
    {CODE(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT), "operation would make the legacy stream depend on a capturing stream"},
    {CODE(CUDA_ERROR_CAPTURED_EVENT), "operation not permitted on an event last recorded in a capturing stream"},
    {CODE(CUDA_ERROR_UNKNOWN), "unknown error"},
};

const Text* find(CUresult code) {
  for (const Text& text : TEXTS) {
    if (text.code == code) return &text;
  }
  return nullptr;
}
}  // namespace

EXPORT CUresult cuGetErrorName(CUresult code, const char** name) {
  const Text* text = find(code);
  if (name != nullptr) *name = text == nullptr ? nullptr : text->name;
  return text == nullptr || name == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

EXPORT CUresult cuGetErrorString(CUresult code, const char** sentence) {
  const Text* text = find(code);
  if (sentence != nullptr) *sentence = text == nullptr ? nullptr : text->sentence;
  return text == nullptr || sentence == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
