namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>How reading an object ended.</summary>
internal enum ClcReadResult
{
    /// <summary>The keys were read.</summary>
    Filled,

    /// <summary>The value is null: the object has to become empty.</summary>
    Reset,

    /// <summary>The value is no mapping.</summary>
    Mismatch,
}
