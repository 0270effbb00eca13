# Mirrors of the C++ headers, one for each room. Whatever can throw has `except +`; without it a C++
# exception would end the process.
