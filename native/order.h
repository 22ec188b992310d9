// In which order blocks and threads run. The same seed gives the same orders.
#pragma once

#include <cstdint>
#include <vector>

namespace emu {
void seedOrders(uint64_t seed);
uint64_t orderSeed();
uint64_t mix(uint64_t bits);

// An order of the threads of a block. Where it takes warp after warp, the lanes of one are kept together while they
// exchange, because their stacks then stay in the nearest cache.
struct ThreadOrder {
  bool byWarps;
  std::vector<uint16_t> threads;
};

inline constexpr unsigned ORDERS = 16;

// So many orders of a block of this many threads.
const std::vector<ThreadOrder>& ordersFor(unsigned threads);

// The numbers below a count, each once, without a list of them.
class BlockOrder {
 public:
  explicit BlockOrder(uint64_t count);
  uint64_t at(uint64_t i) const;

 private:
  uint64_t count, key;
  unsigned half = 1;
};
}  // namespace emu
