# Turns of other threads while items are identified, and of the handlers of signals.


# Between two turns of other threads. It must be more than the 5 ms that a thread waits before it
# insists on the interpreter: each release starts that wait anew, and a release that nobody insists
# on is over before the other has woken up.
cdef double TURN_SECONDS = 0.010


cdef extern from "Python.h":
    ctypedef struct PyInterpreterState:
        pass

    ctypedef struct PyThreadState:
        pass

    PyInterpreterState* PyInterpreterState_Head() noexcept
    PyInterpreterState* PyInterpreterState_Next(PyInterpreterState* interpreter) noexcept
    PyThreadState* PyInterpreterState_ThreadHead(PyInterpreterState* interpreter) noexcept
    PyThreadState* PyThreadState_Next(PyThreadState* thread) noexcept


cdef int heed_others(Identifier* identifier) except -1:
    cdef double now = steady_seconds()
    if identifier.turn_ends == 0:
        identifier.turn_ends = now + TURN_SECONDS
    if now < identifier.turn_ends:
        return 0
    if is_only_thread():
        # Then nothing changes but by a handler of signals, unless that is an error as of Ctrl-C.
        identifier.interruptions += has_signal_handlers()
        PyErr_CheckSignals()
    else:
        identifier.interruptions += 1
        PyErr_CheckSignals()
        with nogil:
            pass
    identifier.turn_ends = steady_seconds() + TURN_SECONDS
    return 0


# A thread that waits for the interpreter is among its threads already. Where threads need no lock
# to run, their list may change while it is read.
cdef bint is_only_thread() noexcept:
    if not HAS_INTERPRETER_LOCK:
        return False
    cdef PyInterpreterState* interpreter = PyInterpreterState_Head()
    return (
        PyInterpreterState_Next(interpreter) is NULL
        and PyThreadState_Next(PyInterpreterState_ThreadHead(interpreter)) is NULL
    )


# Returns whether a signal would run Python code that goes on afterwards.
cdef bint has_signal_handlers() except -1:
    import signal  # here, because a program that reads little should not wait for it to start

    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        if callable(handler) and handler is not signal.default_int_handler:
            return True
    return False
