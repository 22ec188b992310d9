// What every call of the driver goes through before it does anything: it is counted, may be made to fail, and needs
// an initialised driver, a context, a device without fault, and no capture that it would disturb.
#pragma once

#include <mutex>

#include "driver.h"

namespace emu {
enum Needs : unsigned {
  NOTHING = 0,
  INITIALISED = 1,
  CONTEXT = 2 | INITIALISED,
  ALLOCATES = 4,  // fails with "out of memory" when it is made to fail
  RELEASES = 8,   // is done even when it is made to fail: what is given back must not be lost
  UNSAFE = 16,    // not allowed while something captures
};

std::recursive_mutex& mutex();

// The verdict; 'faulty' if the call was made to fail, or the device has a fault: only then something is given back
// in spite of the verdict.
CUresult admit(unsigned needs, bool& faulty);

template <class Body>
CUresult call(unsigned needs, Body body) {
  std::lock_guard<std::recursive_mutex> lock(mutex());
  bool faulty = false;
  CUresult verdict = admit(needs, faulty);
  if (verdict != CUDA_SUCCESS && !(faulty && needs & RELEASES)) return verdict;
  CUresult result = body();
  return verdict != CUDA_SUCCESS ? verdict : result;
}

namespace context {
CUcontext current();
CUresult usable();  // what a call that needs a current context answers without one
void initialise();
void end();
bool initialised();

// Kinds of objects that were still there when their context ended: they count as alive, so that leaks show.
uint64_t& orphans(int kind);
uint64_t alive(int kind);
}  // namespace context

enum Kinds { DEVICE_BYTES, ALLOCATIONS, PINNED_ALLOCATIONS, MODULES, STREAMS, EVENTS, GRAPHS, CONTEXTS, LIBRARY_OBJECTS, KINDS };
}  // namespace emu
