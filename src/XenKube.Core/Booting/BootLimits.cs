namespace XenKube.Booting;

/// <summary>What Xen and Linux take.</summary>
internal static class BootLimits
{
    /// <summary>
    /// The longest command line of a PV guest, in characters: <c>start_info.cmd_line</c> has 1024 bytes, and libxenguest cuts without
    /// a word (xg_dom_x86.c, MAX_GUEST_CMDLINE).
    /// </summary>
    public const int PvArguments = 1023;

    /// <summary>The longest command line of a PVH guest, in characters: Linux' COMMAND_LINE_SIZE without the final NUL.</summary>
    public const int PvhArguments = 2047;

    /// <summary>The largest script that is read from a guest's disk, in bytes.</summary>
    public const int Script = 1 << 20;

    /// <summary>The largest boot entry that is read, in bytes; those of ostree have some hundred.</summary>
    public const int Entry = 64 << 10;

    /// <summary>The most boot entries that are looked at; ostree keeps two or three.</summary>
    public const int Entries = 100;
}
