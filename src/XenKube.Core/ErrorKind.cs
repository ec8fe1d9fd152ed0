namespace XenKube;

/// <summary>What kind of trouble an error is. The names are those of PowerShell's error categories.</summary>
public enum ErrorKind
{
    /// <summary>Data that is damaged or is not what it must be.</summary>
    InvalidData,

    /// <summary>A feature that is not supported.</summary>
    NotImplemented,

    /// <summary>Something that was named does not exist.</summary>
    ObjectNotFound,

    /// <summary>Something that was to be made exists already.</summary>
    ResourceExists,

    /// <summary>Something is in use by somebody else.</summary>
    ResourceBusy,

    /// <summary>A value, name or text that was given cannot be used.</summary>
    InvalidArgument,

    /// <summary>Something was tried and did not succeed.</summary>
    OperationStopped,
}
