"""The interop cases with the client of gRPC for Python, whose messages are raw bytes here."""

import sys
import grpc

PAYLOAD = b"\x12"


def varint(n):
    out = bytearray()
    while n > 127:
        out.append((n & 127) | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def payload(size):
    body = b"\x12" + varint(size) + bytes(size)
    return body


def simple_request(response_size, size):
    inner = payload(size)
    return b"\x10" + varint(response_size) + b"\x1a" + varint(len(inner)) + inner


def streaming_request(sizes):
    out = b""
    for size in sizes:
        inner = b"\x08" + varint(size)
        out += b"\x12" + varint(len(inner)) + inner
    return out


def status_request(code, message):
    inner = b"\x08" + varint(code) + b"\x12" + varint(len(message)) + message
    return b"\x3a" + varint(len(inner)) + inner


def main(target):
    channel = grpc.insecure_channel(target)
    name = "/grpc.testing.TestService/"
    unary = channel.unary_unary(name + "UnaryCall")
    assert channel.unary_unary(name + "EmptyCall")(b"") == b""
    assert len(unary(simple_request(314159, 271828))) > 314159
    assert len(unary(simple_request(314159, 271828), compression=grpc.Compression.Gzip)) > 314159

    outs = list(channel.unary_stream(name + "StreamingOutputCall")(streaming_request([31415, 9, 2653, 58979])))
    assert [len(out) > size for out, size in zip(outs, [31415, 9, 2653, 58979])] == [True] * 4

    def pieces():
        for size in [27182, 8, 1828, 45904]:
            inner = payload(size)
            yield b"\x0a" + varint(len(inner)) + inner

    assert channel.stream_unary(name + "StreamingInputCall")(pieces()) == b"\x08" + varint(74922)
    duplex = channel.stream_stream(name + "FullDuplexCall")
    assert len(list(duplex(iter([streaming_request([31415]), streaming_request([9])])))) == 2

    for code, message in [(2, b"test status message"), (2, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n".encode())]:
        try:
            unary(status_request(code, message))
            raise AssertionError("no error")
        except grpc.RpcError as error:
            assert error.code().value[0] == code and error.details().encode() == message, error
    metadata = (("x-grpc-test-echo-initial", "initial"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
    _, call = unary.with_call(simple_request(1, 1), metadata=metadata)
    assert ("x-grpc-test-echo-initial", "initial") in call.initial_metadata()
    assert ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab") in call.trailing_metadata()
    for path in [name + "UnimplementedCall", "/grpc.testing.UnimplementedService/UnimplementedCall"]:
        try:
            channel.unary_unary(path)(b"")
            raise AssertionError("no error")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error
    try:
        list(duplex(iter([streaming_request([1])] * 1 + []), timeout=0.001))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
    print("all cases passed")


main(sys.argv[1])
