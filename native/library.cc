// What libraries on top of the driver (the emulated cuDNN) use of the emulator: their calls count and fail as the
// driver's do, and their work waits in streams and is captured as kernels are.
#include <functional>
#include <memory>
#include <string>

#include "block.h"
#include "call.h"
#include "fault.h"
#include "memory.h"
#include "stream.h"

using namespace emu;

namespace {
struct Job {
  std::string what;
  void (*run)(void*);
  std::shared_ptr<void> data;
};
}  // namespace

EXPORT int vx_emu_library_call() {
  return call(CONTEXT, [] { return CUDA_SUCCESS; });
}

// A call that needs no device; one that gives something back does so even when it is made to fail.
EXPORT int vx_emu_library_step(int releases) {
  return call(releases ? NOTHING | RELEASES : NOTHING, [] { return CUDA_SUCCESS; });
}

EXPORT int vx_emu_library_enqueue(CUstream handle, const char* what, void (*run)(void*), void* data,
                                  void (*drop)(void*)) {
  auto job = std::make_shared<Job>(Job{what, run, std::shared_ptr<void>(data, drop)});
  return call(CONTEXT, [&] {
    Stream* stream = streams::of(handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    return streams::add(*stream, [job] {
      setPlace(job->what);
      fault::guarded([](void* self) { static_cast<Job*>(self)->run(static_cast<Job*>(self)->data.get()); }, job.get());
    });
  });
}

EXPORT int vx_emu_library_holds(uint64_t address, size_t bytes) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  return memory::holds(memory::DEVICE, address, bytes);
}

EXPORT void vx_emu_library_count(int change) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  context::orphans(LIBRARY_OBJECTS) += static_cast<uint64_t>(static_cast<int64_t>(change));
}
