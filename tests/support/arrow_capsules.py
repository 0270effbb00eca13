"""Arrow producers made by hand: any structure, and how often each was released."""

import ctypes
import time
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int32, c_int64, c_void_p


class Schema(Structure):
    """An ArrowSchema."""


class Array(Structure):
    """An ArrowArray."""


class Stream(Structure):
    """An ArrowArrayStream."""


RELEASES = {kind: CFUNCTYPE(None, POINTER(kind)) for kind in (Schema, Array, Stream)}
Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))),
    ("dictionary", POINTER(Schema)),
    ("release", RELEASES[Schema]),
    ("private_data", c_void_p),
]
Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(Array))),
    ("dictionary", POINTER(Array)),
    ("release", RELEASES[Array]),
    ("private_data", c_void_p),
]
GetSchema = CFUNCTYPE(c_int, POINTER(Stream), POINTER(Schema))
GetNext = CFUNCTYPE(c_int, POINTER(Stream), POINTER(Array))
GetLastError = CFUNCTYPE(c_void_p, POINTER(Stream))
Stream._fields_ = [
    ("get_schema", GetSchema),
    ("get_next", GetNext),
    ("get_last_error", GetLastError),
    ("release", RELEASES[Stream]),
    ("private_data", c_void_p),
]


class DeviceArray(Structure):
    """An ArrowDeviceArray."""

    _fields_ = [
        ("array", Array),
        ("device_id", c_int64),
        ("device_type", c_int32),
        ("sync_event", c_void_p),
        ("reserved", c_int64 * 3),
    ]


CPU, CUDA = 1, 2

Destructor = CFUNCTYPE(None, c_void_p)
new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [c_void_p, c_char_p, c_void_p]


# What the structures point to. For good, because a failing test keeps its capsules for longer.
alive = []


class Producer:
    """What it made and not yet saw released is `held`. Releasing anything twice is an error."""

    def __init__(self):
        self.held = {}
        self.errors = []

    def made(self, structure, inner=()):
        """The structure, with a callback that tells the producer and releases what is in it."""
        kind = type(structure)
        token = len(alive) + 1

        @RELEASES[kind]
        def release(pointer):
            if self.held.pop(pointer.contents.private_data, None) is None:
                self.errors.append(f"{kind.__name__} was released twice")
            for child in [*self.children_of(pointer.contents), *inner]:
                if child.release:
                    child.release(byref(child))
            pointer.contents.release = RELEASES[kind]()

        structure.release = release
        structure.private_data = token
        self.held[token] = kind.__name__
        alive.extend([release, structure])
        return structure

    @staticmethod
    def children_of(structure):
        if isinstance(structure, Stream):
            return
        if structure.children:
            for i in range(structure.n_children):
                if structure.children[i]:
                    yield structure.children[i].contents
        if structure.dictionary:
            yield structure.dictionary.contents

    def pointers(self, kind, structures):
        array = (POINTER(kind) * len(structures))(*map(ctypes.pointer, structures))
        alive.append(array)
        return array

    def schema(self, format_, children=(), *, dictionary=None, nullable=True):
        return self.made(
            Schema(
                format=format_,
                name=b"x",
                flags=2 if nullable else 0,
                n_children=len(children),
                children=self.pointers(Schema, children) if children else None,
                dictionary=ctypes.pointer(dictionary) if dictionary else None,
            )
        )

    def array(self, length, buffers, children=(), *, dictionary=None, offset=0, null_count=0):
        """Its buffers are bytes or None."""
        blocks = [
            ctypes.create_string_buffer(b, len(b)) if b is not None else None for b in buffers
        ]
        places = (c_void_p * max(len(blocks), 1))(
            *[None if block is None else ctypes.addressof(block) for block in blocks]
        )
        alive.extend([blocks, places])
        return self.made(
            Array(
                length=length,
                null_count=null_count,
                offset=offset,
                n_buffers=len(blocks),
                n_children=len(children),
                buffers=places,
                children=self.pointers(Array, children) if children else None,
                dictionary=ctypes.pointer(dictionary) if dictionary else None,
            )
        )

    def stream(self, schema, arrays, *, error=None, pause=0):
        """Batches, and after them an errno with its message, if there is an error."""
        arrays, ends = list(arrays), []

        def move(structure, out):
            ctypes.memmove(out, byref(structure), ctypes.sizeof(structure))
            structure.release = type(structure.release)()

        @GetSchema
        def get_schema(_, out):
            move(schema, out)
            return 0

        @GetNext
        def get_next(_, out):
            time.sleep(pause)
            if arrays:
                move(arrays.pop(0), out)
                return 0
            if ends:
                self.errors.append("the stream was asked after its end")
            ends.append(True)
            ctypes.memset(out, 0, ctypes.sizeof(Array))
            return error[0] if error else 0

        message = ctypes.create_string_buffer(error[1]) if error and error[1] else None

        @GetLastError
        def get_last_error(_):
            return message and ctypes.addressof(message)

        alive.extend([get_schema, get_next, get_last_error, message])
        stream = Stream(get_schema=get_schema, get_next=get_next, get_last_error=get_last_error)
        return self.made(stream, [schema, *arrays])

    def capsule(self, structure, name):
        """Releases what nobody took out of it, as the interface asks for."""

        def destroy(_):
            owner = structure.array if isinstance(structure, DeviceArray) else structure
            if owner.release:
                owner.release(byref(owner))

        # The callback gets a dying object, which ctypes must not touch.
        destructor = Destructor(destroy)
        alive.extend([destructor, structure, name])
        return new_capsule(ctypes.addressof(structure), name, ctypes.cast(destructor, c_void_p))


class Exported:
    """Gives these capsules by the method of this name."""

    def __init__(self, method, capsules):
        self.capsules = capsules
        setattr(self, f"__arrow_c_{method}__", lambda *_: self.capsules)


def exported_stream(producer, schema, arrays, **arguments):
    stream = producer.stream(schema, arrays, **arguments)
    return Exported("stream", producer.capsule(stream, b"arrow_array_stream"))


def exported_array(producer, schema, array):
    capsules = producer.capsule(schema, b"arrow_schema"), producer.capsule(array, b"arrow_array")
    return Exported("array", capsules)
