#include "block.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "device.h"
#include "fault.h"
#include "fiber.h"

uint3 threadIdx, blockIdx, blockDim, gridDim;

namespace emu {
namespace {
constexpr unsigned MOST = 1024;
constexpr unsigned WARP = 32;
constexpr unsigned NONE = ~0u;
constexpr unsigned ORDERS = 16;

enum State : uint8_t { FRESH, READY, AT_BARRIER, IN_WARP, DONE };

struct Warp {
  unsigned arrived;
  unsigned turn;  // two sets of slots in turn: a quick lane may write its next value before a slow one has read
  int line;
  uint64_t slots[2][WARP];
};

uint64_t seed = 1;
std::unordered_map<unsigned, std::vector<uint16_t>> orders;  // by number of threads
std::string place;

// The launch and the block that run. There is one at a time.
const Kernel* kernel;
void* const* arguments;
bool flat;                 // threads lie along x only
unsigned threads, running;
unsigned waiting, done;    // at the barrier; ended
unsigned position;         // in the order of this phase
bool released;             // a warp went on since the pass began
uint64_t number, phase;    // of the block; between barriers
const uint16_t* order;
const uint16_t* table;
State states[MOST];
int lines[MOST];
uint16_t fiberOf[MOST];
Warp warps[MOST / WARP];

Fiber fibers[MOST_FIBERS];
uint16_t spare[MOST_FIBERS];
unsigned spares, made;
void* outside;  // the stack of whoever runs the blocks

const uint16_t* ordersFor(unsigned count) {
  auto& all = orders[count];
  if (all.empty()) {
    all.resize(static_cast<size_t>(count) * ORDERS);
    uint64_t state = mix(seed + count);
    for (unsigned k = 0; k < ORDERS; k++) {
      uint16_t* one = all.data() + static_cast<size_t>(k) * count;
      std::iota(one, one + count, 0);
      for (unsigned i = count - 1; i > 0; i--) std::swap(one[i], one[(state = mix(state)) % (i + 1)]);
    }
  }
  return all.data();
}

void beginPhase() {
  order = table + mix(seed ^ (number * 0x9E37 + phase)) % ORDERS * threads;
  position = 0;
  phase++;
}

std::string text(const char* what, unsigned count, int line) {
  return std::to_string(count) + what + (line < 0 ? "" : " at line " + std::to_string(line));
}

[[noreturn]] void diverged() {
  unsigned inWarp = 0, line = 0;
  for (unsigned t = 0; t < threads; t++) {
    if (states[t] == IN_WARP) inWarp++, line = lines[t];
  }
  std::string all;
  auto append = [&](const std::string& part) { all += (all.empty() ? "" : ", ") + part; };
  for (unsigned t = 0; t < threads && waiting > 0; t++) {
    if (states[t] == AT_BARRIER) {
      append(text(" threads wait in __syncthreads", waiting, lines[t]));
      break;
    }
  }
  if (inWarp > 0) append(text(" wait in a warp's exchange", inWarp, static_cast<int>(line)));
  if (done > 0) append(text(" have ended", done, -1));
  fault::raise(CUDA_ERROR_LAUNCH_FAILED, "divergence: of " + std::to_string(threads) + " threads " + all);
}

void checkOneBarrier() {
  for (unsigned t = 1; t < threads; t++) {
    if (lines[t] != lines[0]) {
      fault::raise(CUDA_ERROR_LAUNCH_FAILED, "divergence: some threads wait in __syncthreads at line " +
                                                 std::to_string(std::min(lines[0], lines[t])) + ", others at line " +
                                                 std::to_string(std::max(lines[0], lines[t])));
    }
  }
}

// The thread to run now, or NONE when all have ended. Threads that wait are passed over.
unsigned next() {
  for (;;) {
    while (position < threads) {
      unsigned thread = order[position++];
      if (states[thread] <= READY) return thread;
    }
    if (released) {
      released = false;
      position = 0;
    } else if (done == threads) {
      return NONE;
    } else if (waiting == threads) {
      checkOneBarrier();
      std::fill(states, states + threads, READY);
      waiting = 0;
      beginPhase();
    } else {
      diverged();
    }
  }
}

void take(unsigned thread) {
  running = thread;
  if (flat) {
    threadIdx.x = thread;
  } else {
    threadIdx = {thread % blockDim.x, thread / blockDim.x % blockDim.y, thread / (blockDim.x * blockDim.y)};
  }
}

void live();

uint16_t idle() {
  if (spares > 0) return spare[--spares];
  prepare(fibers[made], made, live);
  return static_cast<uint16_t>(made++);
}

// Goes from the fiber that runs to the thread's own.
void go(unsigned thread, void** from) {
  if (states[thread] == FRESH) fiberOf[thread] = idle();
  take(thread);
  emu_switch(from, fibers[fiberOf[thread]].top);
}

// A fiber's life: one thread after the other, from begin to end. Where threads never wait, one fiber does them all.
void live() {
  for (;;) {
    uint16_t self = fiberOf[running];
    kernel->call(kernel->function, arguments);
    states[running] = DONE;
    done++;
    unsigned thread = next();
    if (thread != NONE && states[thread] == FRESH) {
      fiberOf[thread] = self;
      take(thread);
      continue;
    }
    spare[spares++] = self;
    if (thread == NONE) {
      emu_switch(&fibers[self].top, outside);
    } else {
      go(thread, &fibers[self].top);
    }
  }
}

void wait(State state, int line) {
  unsigned me = running;
  states[me] = state;
  lines[me] = line;
  unsigned thread = next();
  if (thread != me) go(thread, &fibers[fiberOf[me]].top);
}

void runBlock(uint64_t which, Size3 grid) {
  number = which;
  blockIdx = {static_cast<unsigned>(which % grid.x), static_cast<unsigned>(which / grid.x % grid.y),
              static_cast<unsigned>(which / (static_cast<uint64_t>(grid.x) * grid.y))};
  std::fill(states, states + threads, FRESH);
  for (unsigned w = 0; w < (threads + WARP - 1) / WARP; w++) warps[w].arrived = 0;
  waiting = done = 0;
  phase = 0;
  released = false;
  beginPhase();
  go(next(), &outside);
}

// Shared memory holds NaN when a block begins. After the first block only the part that it touched is filled again.
class Shared {
 public:
  explicit Shared(const Kernel& k) : begin(k.shared), end(k.sharedEnd) {}

  void fill() {
    std::memset(begin, 0xFF, end - begin);
    if (!first) return;
    first = false;
    narrow = true;
  }

  void narrowToUsed() {
    if (!narrow) return;
    narrow = false;
    auto untouched = [](char byte) { return byte == static_cast<char>(0xFF); };
    begin = std::find_if_not(begin, end, untouched);
    while (end > begin && untouched(end[-1])) end--;
  }

 private:
  char* begin;
  char* end;
  bool first = true, narrow = false;
};
}  // namespace

uint64_t mix(uint64_t bits) {
  bits += 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 31);
}

void seedOrders(uint64_t value) {
  seed = value;
  orders.clear();
}

uint64_t orderSeed() { return seed; }

void runBlocks(const Kernel& k, Size3 grid, Size3 block, void* const* values) {
  kernel = &k;
  arguments = values;
  threads = static_cast<unsigned>(block.count());
  flat = block.y == 1 && block.z == 1;
  gridDim = {grid.x, grid.y, grid.z};
  blockDim = {block.x, block.y, block.z};
  threadIdx = {0, 0, 0};
  table = ordersFor(threads);
  place.clear();
  Shared shared(k);
  uint64_t count = grid.count();
  bool backwards = mix(seed) & 1;
  for (uint64_t i = 0; i < count; i++) {
    shared.fill();
    runBlock(backwards ? count - 1 - i : i, grid);
    if (count > 1) shared.narrowToUsed();
  }
  kernel = nullptr;
}

void abandonBlock() {
  kernel = nullptr;
  spares = made = 0;
}

std::string here() {
  if (kernel == nullptr) return place.empty() ? "" : place + ": ";
  auto triple = [](uint3 i) {
    return "(" + std::to_string(i.x) + "," + std::to_string(i.y) + "," + std::to_string(i.z) + ")";
  };
  return std::string("kernel ") + kernel->name + ", block " + triple(blockIdx) + ", thread " + triple(threadIdx) +
         ": ";
}

void setPlace(std::string what) { place = std::move(what); }

void waitForBlock(int line) {
  waiting++;
  wait(AT_BARRIER, line);
}

uint64_t exchange(int line, unsigned mask, uint64_t bits, unsigned source) {
  Warp& warp = warps[running / WARP];
  if (mask != 0xFFFFFFFFu) {
    fault::raise(CUDA_ERROR_LAUNCH_FAILED, "exchange with a part of the warp at line " + std::to_string(line));
  }
  if (warp.arrived == 0) {
    warp.line = line;
  } else if (warp.line != line) {
    fault::raise(CUDA_ERROR_LAUNCH_FAILED, "divergence: lanes of a warp exchange at line " +
                                               std::to_string(std::min(warp.line, line)) + " and at line " +
                                               std::to_string(std::max(warp.line, line)));
  }
  unsigned turn = warp.turn;
  warp.slots[turn][running % WARP] = bits;
  if (++warp.arrived < WARP) {
    wait(IN_WARP, line);
  } else {
    State* lanes = states + running / WARP * WARP;
    unsigned me = running % WARP;
    for (unsigned i = 0; i < WARP; i++) {
      if (i != me) lanes[i] = READY;
    }
    warp.arrived = 0;
    warp.turn = 1 - turn;
    released = true;
  }
  return warp.slots[turn][source % WARP];
}
}  // namespace emu
