#include "call.h"

#include <cstring>

#include "block.h"
#include "fault.h"
#include "graph.h"
#include "memory.h"
#include "stream.h"
#include "watch.h"

namespace emu {
namespace {
uint64_t calls;
int64_t untilFailure = -1;
}  // namespace

std::recursive_mutex& mutex() {
  static std::recursive_mutex one;
  return one;
}

CUresult admit(unsigned needs, bool& faulty) {
  calls++;
  if (untilFailure > 0 && --untilFailure == 0) {
    untilFailure = -1;
    faulty = true;
    return needs & ALLOCATES ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_ERROR_UNKNOWN;
  }
  if (needs & INITIALISED && !context::initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if ((needs & CONTEXT) == CONTEXT) {
    CUresult usable = context::usable();
    if (usable != CUDA_SUCCESS) return usable;
    faulty = fault::code() != CUDA_SUCCESS;
    if (faulty) return fault::code();
  }
  return needs & UNSAFE ? captures::refuseUnsafe() : CUDA_SUCCESS;
}
}  // namespace emu

using namespace emu;

// The controls that tests use. The numbers of kinds are those of Kinds.
EXPORT void vx_emu_seed(uint64_t seed) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  seedOrders(seed);
  streams::seed(seed);
}

EXPORT void vx_emu_fail_at(int64_t n) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  untilFailure = n;
}

EXPORT uint64_t vx_emu_calls() {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  return calls;
}

EXPORT uint64_t vx_emu_live(int kind) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  return kind >= 0 && kind < KINDS ? context::alive(kind) : 0;
}

EXPORT void vx_emu_memory(uint64_t bytes) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  memory::setTotal(bytes);
}

EXPORT void vx_emu_watch(int on) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  watch::set(on != 0);
}

// Whether every sentence fits is the caller's matter: what does not is cut off.
EXPORT void vx_emu_report(char* out, int length) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  std::string text = fault::take();
  if (out == nullptr || length < 1) return;
  size_t bytes = std::min<size_t>(text.size(), static_cast<size_t>(length) - 1);
  memcpy(out, text.data(), bytes);
  out[bytes] = 0;
}

// As if the process had just begun, but for the seed.
EXPORT void vx_emu_reset() {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  untilFailure = -1;
  context::end();
  fault::take();
  for (int kind = 0; kind < KINDS; kind++) context::orphans(kind) = 0;
}
