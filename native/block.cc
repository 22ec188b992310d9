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

// An order of the threads of a block. Where it takes warp after warp, the lanes of one are kept together while they
// exchange, because their stacks then stay in the nearest cache.
struct Order {
  bool byWarps;
  std::vector<uint16_t> threads;
};

uint64_t seed = 1;
std::unordered_map<unsigned, std::vector<Order>> orders;  // by number of threads
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
bool byWarps;
const std::vector<Order>* table;
int barrierLine;
State states[MOST];
uint16_t fiberOf[MOST];
Warp warps[MOST / WARP];

Fiber fibers[MOST_FIBERS];
uint16_t spare[MOST_FIBERS];
unsigned spares, made;
void* outside;  // the stack of whoever runs the blocks

template <class T>
void shuffle(T* from, size_t count, uint64_t& state) {
  for (size_t i = count; i > 1; i--) std::swap(from[i - 1], from[(state = mix(state)) % i]);
}

const std::vector<Order>& ordersFor(unsigned count) {
  struct Lanes {
    uint16_t threads[WARP];
  };
  auto& all = orders[count];
  uint64_t state = mix(seed + count);
  while (all.size() < ORDERS) {
    Order one{count % WARP == 0 && all.size() % 8 != 0, std::vector<uint16_t>(count)};
    std::iota(one.threads.begin(), one.threads.end(), 0);
    if (one.byWarps) {
      auto* groups = reinterpret_cast<Lanes*>(one.threads.data());
      shuffle(groups, count / WARP, state);
      for (unsigned w = 0; w < count / WARP; w++) shuffle(groups[w].threads, WARP, state);
    } else {
      shuffle(one.threads.data(), count, state);
    }
    all.push_back(std::move(one));
  }
  return all;
}

void beginPhase() {
  const Order& one = (*table)[mix(seed ^ (number * 0x9E37 + phase)) % ORDERS];
  order = one.threads.data();
  byWarps = one.byWarps;
  position = 0;
  phase++;
}

[[noreturn, gnu::cold]] void diverged() {
  unsigned inWarps = 0;
  int line = 0;
  for (unsigned t = 0; t < threads; t++) {
    if (states[t] == IN_WARP) inWarps++, line = warps[t / WARP].line;
  }
  std::string all;
  auto append = [&](unsigned count, const std::string& what) {
    if (count > 0) all += (all.empty() ? "" : ", ") + std::to_string(count) + what;
  };
  append(waiting, " threads wait in __syncthreads at line " + std::to_string(barrierLine));
  append(inWarps, " wait in a warp's exchange at line " + std::to_string(line));
  append(done, " have ended");
  fault::raise(CUDA_ERROR_LAUNCH_FAILED, "divergence: of " + std::to_string(threads) + " threads " + all);
}

[[noreturn, gnu::cold]] void twoPlaces(const char* what, int line, int other) {
  fault::raise(CUDA_ERROR_LAUNCH_FAILED, std::string("divergence: some ") + what + " at line " +
                                             std::to_string(std::min(line, other)) + ", others at line " +
                                             std::to_string(std::max(line, other)));
}

[[noreturn, gnu::cold]] void partOfWarp(int line) {
  fault::raise(CUDA_ERROR_LAUNCH_FAILED, "exchange with a part of the warp at line " + std::to_string(line));
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
      std::memset(states, READY, threads);
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

[[gnu::noinline]] uint16_t idle() {
  if (spares > 0) return spare[--spares];
  prepare(fibers[made], made, live);
  return static_cast<uint16_t>(made++);
}

// Goes from the fiber that runs to the thread's own.
inline void go(unsigned thread, void** from) {
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

inline void wait(State state) {
  unsigned me = running;
  states[me] = state;
  unsigned thread = next();
  if (thread != me) go(thread, &fibers[fiberOf[me]].top);
}

void runBlock(uint64_t which, Size3 grid) {
  number = which;
  blockIdx = {static_cast<unsigned>(which % grid.x), static_cast<unsigned>(which / grid.x % grid.y),
              static_cast<unsigned>(which / (static_cast<uint64_t>(grid.x) * grid.y))};
  std::memset(states, FRESH, threads);
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
  table = &ordersFor(threads);
  place.clear();
  Shared shared(k);
  uint64_t count = grid.count();
  bool backwards = mix(seed) & 1;
  for (uint64_t i = 0; i < count; i++) {
    shared.fill();
    runBlock(backwards ? count - 1 - i : i, grid);
    if (count > 1) shared.narrowToUsed();
  }
  for (unsigned f = 0; f < made; f++) {
    if (overflowed(f)) fault::raise(CUDA_ERROR_LAUNCH_FAILED, "stack overflow");
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
  if (waiting++ == 0) barrierLine = line;
  if (line != barrierLine) twoPlaces("threads wait in __syncthreads", line, barrierLine);
  wait(AT_BARRIER);
}

uint64_t exchange(int line, unsigned mask, uint64_t bits, unsigned source) {
  unsigned me = running % WARP;
  Warp& warp = warps[running / WARP];
  if (mask != 0xFFFFFFFFu) partOfWarp(line);
  if (warp.arrived == 0) warp.line = line;
  if (warp.line != line) twoPlaces("lanes of a warp exchange", line, warp.line);
  uint64_t* slots = warp.slots[warp.turn];
  uint64_t* mine = slots + source % WARP;
  slots[me] = bits;
  if (++warp.arrived < WARP) {
    wait(IN_WARP);
    return *mine;
  }
  State* lanes = states + running / WARP * WARP;
  std::memset(lanes, READY, WARP);
  warp.arrived = 0;
  warp.turn ^= 1;
  if (byWarps) {
    position = (position - 1) / WARP * WARP;
    lanes[me] = IN_WARP;  // runs already
  } else {
    released = true;
  }
  return *mine;
}
}  // namespace emu
