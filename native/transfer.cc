// The driver's calls about memory: what is allocated, and what is copied or filled.
#include <cstring>
#include <memory>
#include <vector>

#include "call.h"
#include "fault.h"
#include "graph.h"
#include "launch.h"
#include "memory.h"
#include "stream.h"

using namespace emu;

namespace {
bool onDevice(CUdeviceptr address, size_t bytes) { return memory::holds(memory::DEVICE, address, bytes); }

bool locked(const void* address, size_t bytes) {
  return memory::holds(memory::PINNED, reinterpret_cast<uint64_t>(address), bytes);
}

void* host(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

// Work on the legacy default stream that is waited for, as the calls without "Async" are.
CUresult now(std::function<void()> work) {
  CUresult result = streams::add(streams::legacy(), std::move(work));
  return result == CUDA_SUCCESS ? streams::finish(streams::legacy()) : result;
}

CUresult later(CUstream handle, std::function<void()> work) {
  Stream* stream = streams::of(handle);
  return stream == nullptr ? CUDA_ERROR_INVALID_HANDLE : streams::add(*stream, std::move(work));
}

bool capturing(CUstream handle) {
  Stream* stream = streams::of(handle);
  return stream != nullptr && stream->capture;
}

CUresult fillNow(CUdeviceptr at, uint32_t value, size_t size, size_t count) {
  return call(CONTEXT | UNSAFE, [&] {
    if (at % size != 0 || !onDevice(at, size * count)) return CUDA_ERROR_INVALID_VALUE;
    return now(fill(at, value, size, count));
  });
}

CUresult fillLater(CUdeviceptr at, uint32_t value, size_t size, size_t count, CUstream stream) {
  return call(CONTEXT, [&] {
    if (at % size != 0 || !onDevice(at, size * count)) return CUDA_ERROR_INVALID_VALUE;
    return later(stream, fill(at, value, size, count));
  });
}

template <class Pointer>
CUresult allocate(memory::Kind kind, Pointer* at, size_t bytes) {
  return call(CONTEXT | ALLOCATES | UNSAFE, [&] {
    if (at == nullptr) return CUDA_ERROR_INVALID_VALUE;
    uint64_t address = 0;
    CUresult result = memory::allocate(kind, bytes, address);
    if (result == CUDA_SUCCESS) *at = (Pointer)address;
    return result;
  });
}
}  // namespace

EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* at, size_t bytes) { return allocate(memory::DEVICE, at, bytes); }
EXPORT CUresult cuMemAllocHost_v2(void** at, size_t bytes) { return allocate(memory::PINNED, at, bytes); }

EXPORT CUresult cuMemHostAlloc(void** at, size_t bytes, unsigned flags) {
  if (flags > 7) return CUDA_ERROR_INVALID_VALUE;
  return allocate(memory::PINNED, at, bytes);
}

// Does not wait for work that uses the memory: such work finds it freed, and that is a fault.
EXPORT CUresult cuMemFree_v2(CUdeviceptr at) {
  return call(CONTEXT | RELEASES | UNSAFE, [&] {
    return at == 0 ? CUDA_SUCCESS : memory::release(memory::DEVICE, at);
  });
}

EXPORT CUresult cuMemFreeHost(void* at) {
  return call(CONTEXT | RELEASES | UNSAFE, [&] {
    return memory::release(memory::PINNED, reinterpret_cast<uint64_t>(at));
  });
}

EXPORT CUresult cuMemHostRegister_v2(void* at, size_t bytes, unsigned) {
  return call(CONTEXT | ALLOCATES | UNSAFE, [&] { return memory::lock(at, bytes); });
}

EXPORT CUresult cuMemHostUnregister(void* at) {
  return call(CONTEXT | RELEASES | UNSAFE, [&] { return memory::unlock(at); });
}

EXPORT CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return call(CONTEXT, [&] {
    if (free == nullptr || total == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *total = memory::total();
    *free = memory::total() - std::min(memory::total(), memory::used());
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuMemGetAddressRange_v2(CUdeviceptr* begin, size_t* bytes, CUdeviceptr at) {
  return call(CONTEXT, [&] {
    uint64_t first;
    size_t size;
    memory::around(memory::DEVICE, at, first, size);
    if (size == 0) return CUDA_ERROR_NOT_FOUND;
    if (begin != nullptr) *begin = first;
    if (bytes != nullptr) *bytes = size;
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
  return call(CONTEXT | UNSAFE, [&] {
    if (bytes == 0) return CUDA_SUCCESS;
    if (from == nullptr || !onDevice(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    return now(copy("copy to the device", host(to), from, bytes));
  });
}

EXPORT CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
  return call(CONTEXT | UNSAFE, [&] {
    if (bytes == 0) return CUDA_SUCCESS;
    if (to == nullptr || !onDevice(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
    return now(copy("copy to the host", to, host(from), bytes));
  });
}

EXPORT CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  return call(CONTEXT | UNSAFE, [&] {
    if (bytes == 0) return CUDA_SUCCESS;
    if (!onDevice(from, bytes) || !onDevice(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    return now(copy("copy on the device", host(to), host(from), bytes));
  });
}

// From memory that is not page-locked the driver takes the bytes at once; into a graph it does not take them at all.
EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  return call(CONTEXT, [&]() -> CUresult {
    if (bytes == 0) return CUDA_SUCCESS;
    if (from == nullptr || !onDevice(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    if (locked(from, bytes)) return later(stream, copy("copy to the device", host(to), from, bytes));
    if (capturing(stream)) return captures::refuseOn(*streams::of(stream));
    auto* first = static_cast<const char*>(from);
    auto kept = std::make_shared<std::vector<char>>(first, first + bytes);
    auto work = copy("copy to the device", host(to), kept->data(), bytes);
    return later(stream, [kept, work] { work(); });
  });
}

EXPORT CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return call(CONTEXT, [&]() -> CUresult {
    if (bytes == 0) return CUDA_SUCCESS;
    if (to == nullptr || !onDevice(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
    if (locked(to, bytes)) return later(stream, copy("copy to the host", to, host(from), bytes));
    if (capturing(stream)) return captures::refuseOn(*streams::of(stream));
    CUresult result = later(stream, copy("copy to the host", to, host(from), bytes));
    return result == CUDA_SUCCESS ? streams::finish(*streams::of(stream)) : result;
  });
}

EXPORT CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return call(CONTEXT, [&]() -> CUresult {
    if (bytes == 0) return CUDA_SUCCESS;
    if (!onDevice(from, bytes) || !onDevice(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    return later(stream, copy("copy on the device", host(to), host(from), bytes));
  });
}

EXPORT CUresult cuMemsetD8_v2(CUdeviceptr at, unsigned char value, size_t count) {
  return fillNow(at, value, 1, count);
}

EXPORT CUresult cuMemsetD32_v2(CUdeviceptr at, unsigned value, size_t count) { return fillNow(at, value, 4, count); }

EXPORT CUresult cuMemsetD8Async(CUdeviceptr at, unsigned char value, size_t count, CUstream stream) {
  return fillLater(at, value, 1, count, stream);
}

EXPORT CUresult cuMemsetD32Async(CUdeviceptr at, unsigned value, size_t count, CUstream stream) {
  return fillLater(at, value, 4, count, stream);
}
