namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Writes bits, the highest first.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> _bytes = [];
    private int _used = 8;

    public byte[] ToArray() => [.. _bytes];

    public BitWriter Write(ulong value, int count)
    {
        while (count-- > 0)
        {
            if (_used == 8)
            {
                _bytes.Add(0);
                _used = 0;
            }
            _bytes[^1] |= (byte)(((value >> count) & 1) << (7 - _used++));
        }
        return this;
    }

    public void Align() => _used = 8;
}
