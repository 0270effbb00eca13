# Instances of classes that say how they compare: as the name of the class and the values that it
# compares. What is found out about a class is kept, because it takes longer than counting an item.

# Of each class, the function that gives the members of an instance; None where its instances are
# known only by their own hash(). It is emptied when it is full: a program may make classes all the
# time.
cdef dict members_of_class = {}
cdef enum:
    MOST_CLASSES = 1024


# Equal ranges have equal numbers, wherever they were to end.
cdef tuple members_of_range(item):
    if not item:
        return ()
    first, last = item[0], item[-1]
    return (first,) if first == last else (first, last, item.step)


cdef list members_of_windows_path(item):
    return [part.lower() for part in item.parts]


# Known classes and what equal instances have in common. A subclass is like its base while it does
# not compare otherwise.
cdef tuple KNOWN_CLASSES = (
    ("builtins", "range", lambda item: members_of_range(item)),
    ("datetime", "timezone", lambda item: (item.utcoffset(None),)),
    ("ipaddress", "IPv4Address", lambda item: (int(item),)),
    ("ipaddress", "IPv6Address", lambda item: (int(item), item.scope_id)),
    ("ipaddress", "IPv4Network", lambda item: (int(item.network_address), item.prefixlen)),
    ("ipaddress", "IPv6Network", lambda item: (int(item.network_address), item.prefixlen)),
    ("ipaddress", "IPv4Interface", lambda item: (int(item), item.network.prefixlen)),
    (
        "ipaddress",
        "IPv6Interface",
        lambda item: (int(item), item.scope_id, item.network.prefixlen),
    ),
    ("pathlib", "PurePosixPath", lambda item: item.parts),
    ("pathlib", "PureWindowsPath", lambda item: members_of_windows_path(item)),
    ("pandas", "Period", lambda item: (item.freqstr, item.ordinal)),
    ("pandas", "Interval", lambda item: (item.closed, item.left, item.right)),
)


# Members that are numbers or text as well were counted as such before. A combination of flags goes
# by its value, because its name depends on the version of Python.
cdef object members_of_enum(item):
    return (item._value_ if isinstance(item, known("enum", "Flag")) else item._name_,)


cdef bint compares_like(cls, base) except -1:
    return cls.__eq__ is base.__eq__ and cls.__hash__ is base.__hash__


cdef str name_of(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


cdef object code_of(method):
    code = getattr(method, "__code__", None)
    return code and (code.co_code, code.co_names, code.co_varnames, code.co_consts)


# The fields that a dataclass compares, or None where it does not compare as dataclasses do: where
# its methods are not what the module would write for these fields.
cdef list compared_fields_of_dataclass(cls):
    dataclasses = (<dict>PyImport_GetModuleDict()).get("dataclasses")
    if dataclasses is None or not dataclasses.is_dataclass(cls):
        return None
    fields = dataclasses.fields(cls)
    like = dataclasses.make_dataclass(
        "Like",
        [(f.name, object, dataclasses.field(compare=f.compare, hash=f.hash)) for f in fields],
        unsafe_hash=True,
    )
    for method in ("__eq__", "__hash__"):
        if code_of(getattr(cls, method)) != code_of(getattr(like, method)):
            return None
    return [(f.name, None) for f in fields if f.compare]


# The same for attrs, which may compare what a function makes of a field.
cdef list compared_fields_of_attrs(cls):
    for base in cls.__mro__:
        own = vars(base)
        if "__attrs_attrs__" not in own:
            continue
        for method in ("__eq__", "__hash__"):
            code = getattr(own.get(method), "__code__", None)
            if own.get(method) is not getattr(cls, method) or code is None:
                return None
            if not code.co_filename.startswith("<attrs generated"):
                return None
        return [(field.name, field.eq_key) for field in own["__attrs_attrs__"] if field.eq]
    return None


cdef object members_of_fields(str name, list fields):
    def members(item):
        values = [name]
        for field, key in fields:
            value = getattr(item, field)
            values.append(value if key is None else key(value))
        return values

    return members


cdef object find_members_of_class(cls):
    for module, name, members in KNOWN_CLASSES:
        base = known(module, name)
        if base != () and issubclass(cls, base) and compares_like(cls, base):
            class_name = f"{module}.{name}"
            return lambda item: (class_name, *members(item))
    enum = known("enum", "Enum")
    if issubclass(cls, enum) and compares_like(cls, enum):
        class_name = name_of(cls)
        return lambda item: (class_name, *members_of_enum(item))
    fields = compared_fields_of_dataclass(cls)
    if fields is None:
        fields = compared_fields_of_attrs(cls)
    return None if fields is None else members_of_fields(name_of(cls), fields)


# Returns what members_of_class says, and finds it out before where it says nothing yet.
cdef object members_function(cls):
    if cls in members_of_class:
        return members_of_class[cls]
    if len(members_of_class) >= MOST_CLASSES:
        members_of_class.clear()
    members = members_of_class[cls] = find_members_of_class(cls)
    return members
