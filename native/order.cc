#include "order.h"

#include <cstddef>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace emu {
namespace {
constexpr unsigned WARP = 32;

uint64_t seed = 1;
std::unordered_map<unsigned, std::vector<ThreadOrder>> orders;  // by number of threads

template <class T>
void shuffle(T* from, size_t count, uint64_t& state) {
  for (size_t i = count; i > 1; i--) std::swap(from[i - 1], from[(state = mix(state)) % i]);
}
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

const std::vector<ThreadOrder>& ordersFor(unsigned threads) {
  struct Lanes {
    uint16_t threads[WARP];
  };
  auto& all = orders[threads];
  uint64_t state = mix(seed + threads);
  while (all.size() < ORDERS) {
    ThreadOrder one{threads % WARP == 0 && all.size() % 8 != 0, std::vector<uint16_t>(threads)};
    std::iota(one.threads.begin(), one.threads.end(), 0);
    if (one.byWarps) {
      auto* groups = reinterpret_cast<Lanes*>(one.threads.data());
      shuffle(groups, threads / WARP, state);
      for (unsigned w = 0; w < threads / WARP; w++) shuffle(groups[w].threads, WARP, state);
    } else {
      shuffle(one.threads.data(), threads, state);
    }
    all.push_back(std::move(one));
  }
  return all;
}

BlockOrder::BlockOrder(uint64_t all) : count(all), key(mix(seed ^ all)) {
  while (half < 32 && uint64_t{1} << 2 * half < count) half++;
}

// A permutation of the numbers of 2 half bits, by rounds that each mix one half into the other; what lies outside is
// permuted again.
uint64_t BlockOrder::at(uint64_t i) const {
  uint64_t mask = (uint64_t{1} << half) - 1;
  do {
    uint64_t left = i >> half, right = i & mask;
    for (uint64_t round = 0; round < 4; round++) {
      uint64_t next = left ^ (mix(key + (round << 40) + right) & mask);
      left = right;
      right = next;
    }
    i = left << half | right;
  } while (i >= count);
  return i;
}
}  // namespace emu
