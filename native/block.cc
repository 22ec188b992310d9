#include "block.h"

#include <algorithm>
#include <vector>

#include "device.h"
#include "fault.h"
#include "fiber.h"
#include "order.h"

uint3 threadIdx, blockIdx, blockDim, gridDim;

namespace emu {
namespace {
constexpr unsigned MOST = 1024;
constexpr unsigned WARP = 32;
constexpr unsigned NONE = ~0u;
constexpr unsigned RESIDENT = 4;  // blocks that are under way at once

enum State : uint8_t { FRESH, READY, AT_BARRIER, IN_WARP, DONE };

struct Warp {
  unsigned arrived;
  unsigned turn;  // two sets of slots in turn: a quick lane may write its next value before a slow one has read
  int line;
  uint64_t slots[2][WARP];
};

std::string place;

// The launch that runs. There is one at a time.
const Kernel* kernel;
void* const* arguments;
bool flat;  // threads lie along x only
unsigned threads;
const std::vector<ThreadOrder>* table;

struct Block {
  unsigned running;          // thread
  unsigned waiting, done;    // at the barrier; ended
  unsigned position;         // in the order of this phase
  bool released;             // a warp went on since the pass began
  bool byWarps;
  int barrierLine;
  uint64_t number, phase;    // of the block; between barriers
  const uint16_t* order;
  State states[MOST];
  uint16_t fiberOf[MOST];
  Warp warps[MOST / WARP];
  std::vector<char> shared;  // what it had in shared memory when it gave way
  size_t sharedAt;
} blocks[RESIDENT];

// The first so many gave way; then comes the one that runs.
Block* resident[RESIDENT] = {blocks, blocks + 1, blocks + 2, blocks + 3};
Block* now = blocks;
unsigned pausedBlocks, mostPaused;
uint64_t unbegun;      // blocks
bool takesTurns;       // since the launch's first atomic or fence
bool gaveWay;          // the last block came outside before its end
uint64_t chance;

Fiber fibers[MOST_FIBERS];
uint16_t spare[MOST_FIBERS];
unsigned spares, made;
void* outside;  // the stack of whoever runs the blocks

void beginPhase() {
  const ThreadOrder& one = (*table)[mix(orderSeed() ^ (now->number * 0x9E37 + now->phase)) % ORDERS];
  now->order = one.threads.data();
  now->byWarps = one.byWarps;
  now->position = 0;
  now->phase++;
}

[[noreturn, gnu::cold]] void diverged() {
  unsigned inWarps = 0;
  int line = 0;
  for (unsigned t = 0; t < threads; t++) {
    if (now->states[t] == IN_WARP) inWarps++, line = now->warps[t / WARP].line;
  }
  std::string all;
  auto append = [&](unsigned count, const std::string& what) {
    if (count > 0) all += (all.empty() ? "" : ", ") + std::to_string(count) + what;
  };
  append(now->waiting, " threads wait in __syncthreads at line " + std::to_string(now->barrierLine));
  append(inWarps, " wait in a warp's exchange at line " + std::to_string(line));
  append(now->done, " have ended");
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
    while (now->position < threads) {
      unsigned thread = now->order[now->position++];
      if (now->states[thread] <= READY) return thread;
    }
    if (now->released) {
      now->released = false;
      now->position = 0;
    } else if (now->done == threads) {
      return NONE;
    } else if (now->waiting == threads) {
      std::memset(now->states, READY, threads);
      now->waiting = 0;
      beginPhase();
    } else {
      diverged();
    }
  }
}

void take(unsigned thread) {
  now->running = thread;
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
  if (now->states[thread] == FRESH) now->fiberOf[thread] = idle();
  take(thread);
  emu_switch(from, fibers[now->fiberOf[thread]].top);
}

// A fiber's life: one thread after the other, from begin to end. Where threads never wait, one fiber does them all.
void live() {
  for (;;) {
    uint16_t self = now->fiberOf[now->running];
    kernel->call(kernel->function, arguments);
    now->states[now->running] = DONE;
    now->done++;
    unsigned thread = next();
    if (thread != NONE && now->states[thread] == FRESH) {
      now->fiberOf[thread] = self;
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
  unsigned me = now->running;
  now->states[me] = state;
  unsigned thread = next();
  if (thread != me) go(thread, &fibers[now->fiberOf[me]].top);
}

// Shared memory holds NaN when a block begins. After the first block only the part that it touched is filled again.
class Shared {
 public:
  explicit Shared(const Kernel& k) : kernel(k), begin(k.shared), end(k.sharedEnd) {}

  void fill() {
    std::memset(begin, 0xFF, end - begin);
    if (!first) return;
    first = false;
    narrow = true;
  }

  void narrowToUsed() {
    if (!narrow) return;
    narrow = false;
    begin = const_cast<char*>(touched(begin, end, 1));
    end = const_cast<char*>(touched(end, begin, -1));
  }

  // Takes away what a block has there, up to the last byte that it may have touched.
  void take(Block& from) const {
    const char* first = touched(kernel.shared, kernel.sharedEnd, 1);
    const char* last = touched(kernel.sharedEnd, first, -1);
    from.sharedAt = first - kernel.shared;
    from.shared.assign(first, last);
    std::memset(kernel.shared + from.sharedAt, 0xFF, last - first);
  }

  void give(const Block& to) const {
    std::copy(to.shared.begin(), to.shared.end(), kernel.shared + to.sharedAt);
  }

 private:
  // Where the first piece lies that is touched, from one end to the other; behind it for the way down.
  static const char* touched(const char* from, const char* to, int way) {
    static const std::vector<char> untouched(1024, static_cast<char>(0xFF));
    while (from != to) {
      long left = way > 0 ? to - from : from - to;
      long piece = std::min<long>(left, untouched.size());
      if (std::memcmp(way > 0 ? from : from - piece, untouched.data(), piece) != 0) return from;
      from += way * piece;
    }
    return to;
  }

  const Kernel& kernel;
  char* begin;
  char* end;
  bool first = true, narrow = false;
};

void setIndices(Size3 grid) {
  blockIdx = {static_cast<unsigned>(now->number % grid.x), static_cast<unsigned>(now->number / grid.x % grid.y),
              static_cast<unsigned>(now->number / (static_cast<uint64_t>(grid.x) * grid.y))};
}

// Runs the block with this number until it ends or gives way.
void beginBlock(uint64_t number, Size3 grid) {
  now = resident[pausedBlocks];
  now->number = number;
  setIndices(grid);
  std::memset(now->states, FRESH, threads);
  for (unsigned w = 0; w < (threads + WARP - 1) / WARP; w++) now->warps[w].arrived = 0;
  now->waiting = now->done = 0;
  now->phase = 0;
  now->released = false;
  beginPhase();
  go(next(), &outside);
}

// Likewise one that gave way before.
void resumeBlock(unsigned which, Size3 grid, const Shared& shared) {
  std::swap(resident[which], resident[--pausedBlocks]);
  now = resident[pausedBlocks];
  shared.give(*now);
  setIndices(grid);
  take(now->running);
  emu_switch(&outside, fibers[now->fiberOf[now->running]].top);
}

void pauseBlock(const Shared& shared) {
  shared.take(*now);
  pausedBlocks++;
}

// Lets another block go on, now and then.
void giveWay() {
  bool other = pausedBlocks > 0 || (unbegun > 0 && mostPaused > 0);
  if (!other || (mix(chance++) & 1)) return;
  gaveWay = true;
  emu_switch(&fibers[now->fiberOf[now->running]].top, outside);
}
}  // namespace

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
  BlockOrder order(count);
  unbegun = count;
  mostPaused = std::min(RESIDENT, static_cast<unsigned>(MOST_FIBERS) / threads) - 1;
  takesTurns = false;
  chance = mix(orderSeed() ^ count);
  while (unbegun > 0 || pausedBlocks > 0) {
    bool may = unbegun > 0 && pausedBlocks <= mostPaused;
    unsigned which = pausedBlocks == 0 ? 0 : static_cast<unsigned>(mix(chance++) % (pausedBlocks + may));
    if (which < pausedBlocks) {
      resumeBlock(which, grid, shared);
    } else {
      shared.fill();
      beginBlock(order.at(--unbegun), grid);
    }
    if (gaveWay) {
      gaveWay = false;
      pauseBlock(shared);
    } else if (count > 1) {
      shared.narrowToUsed();
    }
  }
  for (unsigned f = 0; f < made; f++) {
    if (overflowed(f)) fault::raise(CUDA_ERROR_LAUNCH_FAILED, "stack overflow");
  }
  kernel = nullptr;
}

void abandonBlock() {
  kernel = nullptr;
  spares = made = 0;
  pausedBlocks = 0;
  gaveWay = false;
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
  if (now->waiting++ == 0) now->barrierLine = line;
  if (line != now->barrierLine) twoPlaces("threads wait in __syncthreads", line, now->barrierLine);
  if (takesTurns && now->waiting == threads) giveWay();
  wait(AT_BARRIER);
}

void meetBlocks() {
  takesTurns = true;
  giveWay();
}

uint64_t exchange(int line, unsigned mask, uint64_t bits, unsigned source) {
  unsigned me = now->running % WARP;
  Warp& warp = now->warps[now->running / WARP];
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
  State* lanes = now->states + now->running / WARP * WARP;
  std::memset(lanes, READY, WARP);
  warp.arrived = 0;
  warp.turn ^= 1;
  if (now->byWarps) {
    now->position = (now->position - 1) / WARP * WARP;
    lanes[me] = IN_WARP;  // runs already
  } else {
    now->released = true;
  }
  return *mine;
}
}  // namespace emu
