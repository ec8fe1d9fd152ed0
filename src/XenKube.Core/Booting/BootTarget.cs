namespace XenKube.Booting;

/// <summary>
/// Where a boot loader puts what it loads. Both streams can be read and seek, and are emptied before each slot that is tried.
/// </summary>
/// <param name="Kernel">Receives the unpacked kernel.</param>
/// <param name="Initrd">Receives the initial file systems in memory; empty afterwards where the kernel has its own.</param>
internal sealed record BootTarget(Stream Kernel, Stream Initrd)
{
    /// <summary>The most bytes of all initial file systems in memory together; those of distributions have 20 to 150 MiB.</summary>
    public const long MaximumInitrd = 512L << 20;

    /// <summary>Forgets what was loaded.</summary>
    public void Clear()
    {
        Kernel.SetLength(0);
        Kernel.Position = 0;
        Initrd.SetLength(0);
        Initrd.Position = 0;
    }
}
