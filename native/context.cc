// The driver, its one device, and the device's one context.
#include <cstdio>
#include <cstring>
#include <vector>

#include "call.h"
#include "fault.h"
#include "graph.h"
#include "memory.h"
#include "module.h"
#include "stream.h"

namespace emu {
struct Context {
  uint64_t retained = 0;
};

namespace context {
namespace {
bool ready;
Context primary;
uint64_t left[KINDS];
thread_local std::vector<CUcontext> stack;

// What the driver says of itself and of its device; tests may change it.
int devices = 1, version = 12060, major = 8, minor = 0;

uint64_t now(int kind) {
  switch (kind) {
    case DEVICE_BYTES: return memory::used();
    case ALLOCATIONS: return memory::count(memory::DEVICE);
    case PINNED_ALLOCATIONS: return memory::count(memory::PINNED);
    case MODULES: return modules::all().count();
    case STREAMS: return streams::all().count();
    case EVENTS: return streams::events().count();
    case GRAPHS: return captures::graphs().count() + captures::executables().count();
    case CONTEXTS: return primary.retained;
    default: return 0;
  }
}

}  // namespace

CUcontext current() { return stack.empty() ? nullptr : stack.back(); }

CUresult usable() {
  if (stack.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  return primary.retained > 0 ? CUDA_SUCCESS : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

void initialise() { ready = true; }
bool initialised() { return ready; }
uint64_t& orphans(int kind) { return left[kind]; }
uint64_t alive(int kind) { return left[kind] + now(kind); }

// All that belongs to the context goes with it. What the program forgot to give back stays counted.
void end() {
  for (int kind = 0; kind < CONTEXTS; kind++) left[kind] += now(kind);
  streams::drop();
  captures::drop();
  streams::all().clear();
  streams::events().clear();
  modules::all().clear();
  modules::functions().clear();
  memory::releaseAll();
  fault::recover();
  primary.retained = 0;
}
CUresult retain(CUcontext* context, CUdevice device) {
  if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
  if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
  primary.retained++;
  *context = &primary;
  return CUDA_SUCCESS;
}

CUresult release(CUdevice device) {
  if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
  if (primary.retained == 0) return CUDA_ERROR_INVALID_CONTEXT;
  if (--primary.retained == 0) end();
  return CUDA_SUCCESS;
}

CUresult reset(CUdevice device) {
  if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
  end();
  return CUDA_SUCCESS;
}

CUresult known(CUcontext context) {
  if (context != &primary) return CUDA_ERROR_INVALID_CONTEXT;
  return primary.retained > 0 ? CUDA_SUCCESS : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

CUresult push(CUcontext context) {
  CUresult result = known(context);
  if (result == CUDA_SUCCESS) stack.push_back(context);
  return result;
}

CUresult pop(CUcontext* context) {
  if (stack.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  if (context != nullptr) *context = stack.back();
  stack.pop_back();
  return CUDA_SUCCESS;
}

// Replaces the top of the thread's stack; no context takes it away.
CUresult set(CUcontext context) {
  if (context == nullptr) {
    if (!stack.empty()) stack.pop_back();
    return CUDA_SUCCESS;
  }
  CUresult result = known(context);
  if (result != CUDA_SUCCESS) return result;
  if (!stack.empty()) stack.pop_back();
  stack.push_back(context);
  return CUDA_SUCCESS;
}

// Numbers of CUdevice_attribute; the values are those of a small device.
CUresult attribute(int* value, int which) {
  if (value == nullptr) return CUDA_ERROR_INVALID_VALUE;
  switch (which) {
    case 1: *value = 1024; break;              // threads in a block
    case 2: case 3: *value = 1024; break;      // along x, y
    case 4: *value = 64; break;                // along z
    case 5: *value = 0x7FFFFFFF; break;        // blocks along x
    case 6: case 7: *value = 65535; break;     // along y, z
    case 8: *value = 49152; break;             // shared memory of a block
    case 9: *value = 65536; break;             // constant memory
    case 10: *value = 32; break;               // warp
    case 12: *value = 65536; break;            // registers of a block
    case 13: *value = 1000000; break;          // clock, kHz
    case 16: *value = 4; break;                // multiprocessors
    case 17: case 18: case 20: *value = 0; break;  // time limit, integrated, mode
    case 19: *value = 1; break;                // maps host memory
    case 31: *value = 1; break;                // kernels beside each other
    case 33: case 34: case 50: *value = 0; break;  // place on the PCI bus
    case 36: *value = 1000000; break;          // memory clock, kHz
    case 37: *value = 128; break;              // memory bus, bits
    case 38: *value = 1 << 20; break;          // second-level cache
    case 39: *value = 1024; break;             // threads of a multiprocessor
    case 40: *value = 1; break;                // copies beside kernels
    case 41: *value = 1; break;                // one address space
    case 75: *value = major; break;            // compute capability
    case 76: *value = minor; break;
    case 81: *value = 65536; break;            // shared memory of a multiprocessor
    case 82: *value = 65536; break;            // its registers
    case 97: *value = 65536; break;            // shared memory of a block that asks for more
    case 115: *value = 0; break;               // memory pools
    default: return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}
}  // namespace context
}  // namespace emu

using namespace emu;

namespace {
template <class T>
CUresult give(unsigned needs, T* to, T value) {
  return call(needs, [&] {
    if (to == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *to = value;
    return CUDA_SUCCESS;
  });
}
}  // namespace

EXPORT void vx_emu_describe(int devices, int version, int major, int minor) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  context::devices = devices;
  context::version = version;
  context::major = major;
  context::minor = minor;
}

EXPORT CUresult cuInit(unsigned flags) {
  return call(NOTHING, [&] {
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (context::devices == 0) return CUDA_ERROR_NO_DEVICE;
    context::initialise();
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuDriverGetVersion(int* version) { return give(NOTHING, version, context::version); }
EXPORT CUresult cuDeviceGetCount(int* count) { return give(INITIALISED, count, context::devices); }

EXPORT CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return call(INITIALISED, [&] {
    if (device == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (ordinal != 0) return CUDA_ERROR_INVALID_DEVICE;
    *device = 0;
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return call(INITIALISED, [&] {
    if (name == nullptr || length < 1) return CUDA_ERROR_INVALID_VALUE;
    if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
    snprintf(name, static_cast<size_t>(length), "emulated device");
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuDeviceGetUuid(void* uuid, CUdevice device) {
  return call(INITIALISED, [&] {
    if (uuid == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
    memset(uuid, 0xE0, 16);
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
  return call(INITIALISED, [&] {
    return device == 0 ? context::attribute(value, attribute) : CUDA_ERROR_INVALID_DEVICE;
  });
}

EXPORT CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
  return give(INITIALISED, bytes, static_cast<size_t>(memory::total()));
}

EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return call(INITIALISED | ALLOCATES, [&] { return context::retain(context, device); });
}

EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return call(INITIALISED | RELEASES, [&] { return context::release(device); });
}

EXPORT CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
  return call(INITIALISED | RELEASES, [&] { return context::reset(device); });
}

EXPORT CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  return call(INITIALISED, [&] {
    if (flags == nullptr || active == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (device != 0) return CUDA_ERROR_INVALID_DEVICE;
    *flags = 0;
    *active = context::alive(CONTEXTS) > 0;
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuCtxSetCurrent(CUcontext context) {
  return call(INITIALISED | RELEASES, [&] { return context::set(context); });
}

EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context) {
  return call(INITIALISED, [&] { return context::push(context); });
}

EXPORT CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  return call(INITIALISED | RELEASES, [&] { return context::pop(context); });
}

EXPORT CUresult cuCtxGetCurrent(CUcontext* context) { return give(INITIALISED, context, context::current()); }
EXPORT CUresult cuCtxGetDevice(CUdevice* device) { return give(CONTEXT, device, 0); }

EXPORT CUresult cuCtxSynchronize() {
  return call(CONTEXT | UNSAFE, [] { return streams::finishAll(); });
}
