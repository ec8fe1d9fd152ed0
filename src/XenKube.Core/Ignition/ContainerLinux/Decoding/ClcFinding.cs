namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>What a rule says of a value.</summary>
internal readonly record struct ClcFinding(ReportKind Kind, string Message)
{
    public static ClcFinding Error(string message) => new(ReportKind.Error, message);

    public static ClcFinding Warning(string message) => new(ReportKind.Warning, message);
}
