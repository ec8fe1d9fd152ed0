using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Summaries;

namespace XenKube.Ignition;

/// <summary>An Ignition config made from a document, or the report of why none was made. Its text is the JSON.</summary>
public sealed record IgnitionConfig
{
    private readonly Lazy<IgnitionSummary> summary;
    private readonly Lazy<string> digest;

    private IgnitionConfig(byte[]? json)
    {
        Succeeded = json is not null;
        Json = json is null ? "" : Encoding.UTF8.GetString(json);
        digest = new Lazy<string>(() => json is null ? "" : DigestOf(json));
        summary = new Lazy<IgnitionSummary>(() => json is null ? IgnitionSummary.Empty : IgnitionSummary.Read(json));
    }

    /// <summary>Whether there is a config; if not, the report says why.</summary>
    public bool Succeeded { get; }

    /// <summary>The JSON, secrets included; empty if there is none. It is not a part of JSON that shows the result of a command.</summary>
    [JsonIgnore]
    public string Json { get; }

    /// <summary>The Ignition version it is written in, such as <c>2.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The language of the document and its version, such as <c>clc 0.5.0</c> or <c>flatcar 1.1.0</c>.</summary>
    public required string Dialect { get; init; }

    /// <summary>Everything found in the document.</summary>
    public required Report Report { get; init; }

    /// <summary>What the reference tool says at the end of a failed run; null where it says nothing.</summary>
    [JsonConverter(typeof(RedactedTextConverter))]
    public string? Failure { get; init; }

    /// <summary>How to mend a config that failed, such as the versions that are known; null where the report says all.</summary>
    [JsonIgnore]
    public Remedy? Remedy { get; init; }

    /// <summary>The JSON's digest, <c>sha512-HEX</c>, as another config's <c>verification.hash</c> wants it.</summary>
    public string Digest => digest.Value;

    /// <summary>The file the document came from; null where it came from none.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The files the guest will get.</summary>
    public IReadOnlyList<IgnitionFile> Files => summary.Value.Files;

    /// <summary>The directories the guest will get.</summary>
    public IReadOnlyList<IgnitionDirectory> Directories => summary.Value.Directories;

    /// <summary>The links the guest will get.</summary>
    public IReadOnlyList<IgnitionLink> Links => summary.Value.Links;

    /// <summary>The systemd and networkd units, with what becomes of them.</summary>
    public IReadOnlyList<IgnitionUnit> Units => summary.Value.Units;

    /// <summary>The users, with the fingerprints of their keys.</summary>
    public IReadOnlyList<IgnitionUser> Users => summary.Value.Users;

    /// <summary>The warnings and hints of the report.</summary>
    public IReadOnlyList<ReportEntry> Warnings => [.. Report.Where(entry => entry.Kind != ReportKind.Error)];

    /// <summary>The errors of the report.</summary>
    public IReadOnlyList<ReportEntry> Errors => [.. Report.Where(entry => entry.Kind == ReportKind.Error)];

    /// <summary>The JSON.</summary>
    public override string ToString() => Json;

    /// <summary>Takes a JSON that is there already.</summary>
    /// <param name="json">The JSON, which is not validated.</param>
    /// <param name="path">The file it came from.</param>
    /// <returns>The config.</returns>
    public static IgnitionConfig FromJson(byte[] json, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new IgnitionConfig(json)
        {
            Version = IgnitionSummary.Read(json).Version, Dialect = "json", Report = new Report(), SourcePath = path,
        };
    }

    /// <summary>The result for a document that is not a config to be transpiled.</summary>
    internal static IgnitionConfig Refused(string reason, TranspileOptions options)
    {
        var report = new Report();
        report.Add(new ReportEntry(ReportKind.Error, reason));
        return new IgnitionConfig((byte[]?)null) { Version = "", Dialect = "", Report = report, SourcePath = options.SourcePath };
    }

    /// <summary>Takes a JSON that was validated.</summary>
    internal static IgnitionConfig FromJson(byte[] json, string path, bool isValid, Report report) => new(isValid ? json : null)
    {
        Version = IgnitionSummary.Read(json).Version, Dialect = "json", Report = report, SourcePath = path,
    };

    internal static IgnitionConfig From(IgnitionTranslation translation, TranspileOptions options) => new(translation.Json)
    {
        Version = translation.Version,
        Dialect = translation.Dialect,
        Report = translation.Report,
        Failure = translation.Failure,
        Remedy = translation.Remedy,
        SourcePath = options.SourcePath,
    };

    internal static string DigestOf(ReadOnlySpan<byte> json) => "sha512-" + Convert.ToHexStringLower(SHA512.HashData(json));
}
