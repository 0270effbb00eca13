// Threads that do the slices of a job together with the caller, pass after pass.
//
// A fork() has none of the threads of its parent: there the caller does all slices by itself.
//
// Passes are short (a tenth of a millisecond, or some), so whoever waits looks again for a while
// before it sleeps: to be woken up takes as long, above all on virtual machines.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cvmcount {

class thread_team {
  public:
    // workers: at least 1, the caller included. Where the system gives fewer threads, the team is
    // smaller. Throws std::bad_alloc.
    explicit thread_team(std::size_t workers);
    ~thread_team();
    thread_team(const thread_team&) = delete;
    thread_team& operator=(const thread_team&) = delete;

    std::size_t size() const noexcept { return helpers_.size() + 1; }

    // Calls job(context, slice) for every slice in 0 ... size() - 1, each on a thread of its own,
    // the first on that of the caller. Returns when all are done. What the caller wrote before is
    // seen by every slice, and what the slices wrote by the caller afterwards.
    using job = void (*)(void* context, std::size_t slice);  // throws nothing
    void run(job work, void* context) noexcept;

  private:
    // Which threads wait for. It sleeps by a condition, because the wait() of an atomic loses a
    // wake in libstdc++ where the system has no futex, and is not there in libc++ before macOS 11.
    class number {
      public:
        std::atomic<std::uint32_t> value = 0;

        // Returns the first value that differs from `old`.
        std::uint32_t wait_for_change(std::uint32_t old) noexcept;

        // To be called after a change that others may wait for.
        void wake() noexcept;

      private:
        std::mutex mutex_;
        std::condition_variable changed_;
    };

    void help(std::size_t slice) noexcept;
    void dismiss() noexcept;

    long process_;        // that has the threads
    job work_ = nullptr;  // of this pass; null ends the helpers
    void* context_ = nullptr;
    std::unique_ptr<number> pass_;     // its rise publishes the two above
    std::unique_ptr<number> working_;  // its fall to 0 publishes what the helpers wrote
    std::vector<std::thread> helpers_;
};

}  // namespace cvmcount
