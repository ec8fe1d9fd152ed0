using XenKube.Hosting;

namespace XenKube.Cli.Output.Json;

/// <summary>A step of a host's plan in JSON.</summary>
internal sealed record HostStepRow(string Name, string Current, string Wanted, bool IsNeeded, IReadOnlyList<string> Files, string Diff,
    string? Problem)
{
    /// <param name="step">The step.</param>
    /// <param name="problem">Its problem in a line; null for none.</param>
    public static HostStepRow Of(HostStep step, string? problem) =>
        new(step.Name, step.Current, step.Wanted, step.IsNeeded, step.Files, step.Diff, problem);
}

/// <summary>What became of a step of a host's plan in JSON.</summary>
internal sealed record HostResultRow(string Name, bool IsChanged, string? Backup, string? Error, TimeSpan Duration)
{
    /// <param name="result">What became of it.</param>
    /// <param name="error">Its error in a line; null for none.</param>
    public static HostResultRow Of(HostStepResult result, string? error) =>
        new(result.Name, result.IsChanged, result.Backup?.Id, error, result.Duration);
}

/// <summary>A backup in JSON.</summary>
internal sealed record BackupRow(string Id, string Step, DateTimeOffset Time, BackupState State, IReadOnlyList<string> Paths,
    string Directory)
{
    public static BackupRow Of(BackupSet set) => new(set.Id, set.Step, set.Time, set.State, set.Paths, set.Directory);
}

/// <summary>A rule that sends ports of dom0 to a guest in JSON.</summary>
internal sealed record ForwardRow(string Port, string Protocol, string? Address, string To, string ToPort, FirewallStatus Status, int Line,
    string Text)
{
    public static ForwardRow Of(FirewallForwardRule rule) => new($"{rule.Port}", rule.Protocol, rule.Address?.ToString(), $"{rule.To}",
        $"{rule.ToPort}", rule.Status, rule.Line, rule.Text);
}

/// <summary>The first line of the embedded server in JSON.</summary>
internal sealed record ServingLine(string Serving, Uri Uri);

/// <summary>A request to the embedded server in JSON.</summary>
internal sealed record RequestLine(DateTimeOffset Time, string Address, string Method, string Path, string Cluster, string Node, int Status,
    long Bytes, TimeSpan Duration, string UserAgent, bool IsComplete, bool IsFetch, string Refusal)
{
    public static RequestLine Of(IgnitionRequest request) => new(request.Time, request.Address.ToString(), request.Method, request.Path,
        request.Cluster, request.Node, request.Status, request.Bytes, request.Duration, request.UserAgent, request.IsComplete,
        request.IsFetch, request.Refusal);
}
