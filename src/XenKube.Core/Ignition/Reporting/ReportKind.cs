namespace XenKube.Ignition.Reporting;

/// <summary>How much an entry of a report matters.</summary>
public enum ReportKind
{
    /// <summary>There is no result.</summary>
    Error,

    /// <summary>Worth a look; fatal in strict mode.</summary>
    Warning,

    /// <summary>A hint that belongs to a warning.</summary>
    Info,

    /// <summary>Works, but something newer has taken its place. Only in reports about Ignition 2 JSON.</summary>
    Deprecated,
}
