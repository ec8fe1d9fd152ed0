using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Tests.Support;

/// <summary>Compares files of gigabytes that are nearly all holes, as cmp does, without reading what the kernel knows to be zero.</summary>
internal static partial class SparseFile
{
    private const int SeekData = 3, SeekHole = 4, NoData = 6;

    /// <summary>Fails with the first byte that is not the same.</summary>
    public static void AssertSame(string expected, string actual)
    {
        using var first = File.OpenHandle(expected);
        using var second = File.OpenHandle(actual);
        var length = RandomAccess.GetLength(first);
        Assert.Equal(length, RandomAccess.GetLength(second));
        var buffers = (new byte[1 << 16], new byte[1 << 16]);
        foreach (var (start, end) in Data(first, length).Concat(Data(second, length)))
        {
            for (var at = start; at < end; at += buffers.Item1.Length)
            {
                var count = (int)Math.Min(buffers.Item1.Length, length - at);
                Assert.Equal(count, RandomAccess.Read(first, buffers.Item1.AsSpan(0, count), at));
                Assert.Equal(count, RandomAccess.Read(second, buffers.Item2.AsSpan(0, count), at));
                var same = buffers.Item1.AsSpan(0, count).CommonPrefixLength(buffers.Item2.AsSpan(0, count));
                Assert.True(same == count, $"{actual} is not as {expected} from byte {at + same} on");
            }
        }
    }

    /// <summary>A hash of what is not zero, with its places and the length: the same for the same content, whatever its holes.</summary>
    public static string Hash(string path)
    {
        using var file = File.OpenHandle(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = RandomAccess.GetLength(file);
        var buffer = new byte[1 << 16];
        var next = 0L;
        foreach (var (start, end) in Data(file, length))
        {
            for (var at = Math.Max(next, start / buffer.Length * buffer.Length); at < end; at += buffer.Length)
            {
                var count = RandomAccess.Read(file, buffer, at);
                if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                {
                    hash.AppendData(BitConverter.GetBytes(at));
                    hash.AppendData(buffer, 0, count);
                }
                next = at + buffer.Length;
            }
        }
        hash.AppendData(BitConverter.GetBytes(length));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static IEnumerable<(long Start, long End)> Data(SafeFileHandle file, long length)
    {
        var at = 0L;
        while (at < length && Seek(file, at, SeekData) is >= 0 and var start)
        {
            at = Seek(file, start, SeekHole);
            yield return (start, at);
        }
    }

    private static long Seek(SafeFileHandle file, long offset, int origin)
    {
        var found = LibcSeek(file, offset, origin);
        Assert.True(found >= 0 || Marshal.GetLastPInvokeError() == NoData, $"lseek: error {Marshal.GetLastPInvokeError()}");
        return found;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LibcSeek(SafeFileHandle file, long offset, int origin);
}
