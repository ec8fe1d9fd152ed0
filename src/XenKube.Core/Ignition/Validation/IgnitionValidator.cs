using System.IO.Compression;
using System.Text;
using XenKube.Ignition.Generation2;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Validation;

/// <summary>
/// Judges existing Ignition JSON, spec 2.0.0 to 2.4.0 and 3.0.0 to 3.6.0, as the Ignition of those generations would on the
/// guest's first boot.
/// </summary>
/// <remarks>Held against ignition-validate 0.35.0 (generation 2) and ignition-validate 2.16.2 and 2.26.0 (generation 3).</remarks>
public static class IgnitionValidator
{
    private const int MaxUnpackedHeader = 1 << 20;

    /// <summary>Checks a config.</summary>
    /// <param name="json">The config's bytes.</param>
    /// <param name="generation">2 or 3; null to go by the version that the config declares, and for 2 if it declares none.</param>
    /// <returns>What was found. Trouble with the config is never an exception.</returns>
    public static IgnitionValidation Validate(ReadOnlySpan<byte> json, int? generation = null) =>
        Validate(json.ToArray(), generation, Generation3Release.Ignition2260);

    /// <inheritdoc cref="Validate(ReadOnlySpan{byte}, int?)"/>
    public static IgnitionValidation Validate(byte[] json, int? generation = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Validate(json, generation, Generation3Release.Ignition2260);
    }

    /// <summary>Checks a config as a release of Ignition 2.x does, if it is of generation 3.</summary>
    internal static IgnitionValidation Validate(byte[] text, int? generation, Generation3Release release)
    {
        if (generation is not (null or 2 or 3))
        {
            throw new InvalidInputException(
                ErrorIds.GenerationUnknown, null, null, $"there is no Ignition generation {generation}", "Choose 2 or 3");
        }
        if (text.Length == 0)
        {
            return Unreadable(generation ?? 3, "", "not a config (empty)");
        }
        if (generation != 3 && FindOtherFormat(text) is { } other)
        {
            return Unreadable(2, "", other);
        }
        var positions = new TextPositions(text);
        JsonTree tree;
        try
        {
            tree = JsonTree.Read(text);
        }
        catch (JsonSyntaxException exception)
        {
            return Single(generation ?? 3, "", positions, exception.Offset, exception.Message, remedy: ByteOrderMarkRemedy(text));
        }
        var version = IgnitionVersions.Declared(tree.Root);
        return (generation ?? IgnitionVersions.GenerationOf(tree.Root, version)) == 2
            ? ValidateGeneration2(tree, positions, version)
            : ValidateGeneration3(tree, positions, version, release);
    }

    /// <summary>
    /// Older versions are tried in turn, down to the format of 2014. Where even that has a wrong type, the reference reports the
    /// one that the newest version sees; else it calls the version unsupported.
    /// </summary>
    private static IgnitionValidation ValidateGeneration2(JsonTree tree, TextPositions positions, string version)
    {
        var declared = GoSemver.Parse(version, out _);
        ConfigTypeError? ownError = null;
        foreach (var (maximum, type) in IgnitionVersions.Generation2)
        {
            if (declared is null || declared.Value < maximum)
            {
                continue;
            }
            var config = ConfigReader.Read(tree.Root, type, out var error, numbersEnd: true, keepsTexts: false);
            if (error is null)
            {
                return declared.Value == maximum ? Walk(config, tree, positions, version) : Unsupported(version, ownError, positions);
            }
            ownError ??= declared.Value == maximum ? error : null;
        }
        var oldest = ConfigReader.Read(tree.Root, Ignition20Types.Config1, out var oldestError, numbersEnd: true, keepsTexts: false);
        if (oldestError is null && oldest["ignitionVersion"].Number == 1)
        {
            return Walk(oldest, tree, positions, version);
        }
        ConfigTypeError? newestError = null;
        if (oldestError is not null)
        {
            ConfigReader.Read(tree.Root, IgnitionVersions.Generation2[0].Config, out newestError, numbersEnd: true, keepsTexts: false);
        }
        return Unsupported(version, newestError ?? ownError ?? oldestError, positions);
    }

    /// <summary>Applies the rules of generation 2. A number that no double holds costs the reference all positions.</summary>
    private static IgnitionValidation Walk(ConfigValue config, JsonTree tree, TextPositions positions, string version)
    {
        var source = new Generation2Source(tree.HasHugeNumber ? null : tree.Root, positions);
        var walk = new SourceWalk<JsonNode>(source);
        walk.Check(config);
        if (config.Type == Ignition20Types.Config1 && !walk.HasErrors)
        {
            source.Report(new ConfigFinding(ReportKind.Deprecated, ConfigPath.Root, "config format deprecated"), null);
        }
        return new IgnitionValidation(source.Entries, source.Shown) { Generation = 2, Version = version };
    }

    /// <summary>The reference calls many a wrong type an unsupported version; the wrong type helps more.</summary>
    private static IgnitionValidation Unsupported(string version, ConfigTypeError? error, TextPositions positions) => error is null
        ? Unreadable(2, version, "unsupported config version", KnownVersions(version))
        : Single(2, version, positions, error.Offset, error.Message, error.Path);

    private static IgnitionValidation ValidateGeneration3(
        JsonTree tree, TextPositions positions, string version, Generation3Release release)
    {
        ConfigReader.Read(tree.Root, IgnitionVersions.Stub, out var error);
        if (error is not null)
        {
            return WrongType(error with { Path = error.Path.ToLowerInvariant() }, positions, version, release);
        }
        if (GoSemver.Parse(version, out _, checkIdentifiers: true) is not { } declared)
        {
            return Unreadable(3, version, "invalid config version (couldn't parse)", KnownVersions(version));
        }
        foreach (var spec in Ignition3Types.Specs(release))
        {
            if (declared == new GoSemver(spec.Major, spec.Minor, 0, spec.IsExperimental ? "experimental" : ""))
            {
                var config = ConfigReader.Read(tree.Root, Ignition3Types.Config(spec, release), out error, keepsTexts: false);
                return error is not null
                    ? WrongType(error, positions, version, release)
                    : Check(config, tree, positions, version, release);
            }
        }
        return Unreadable(3, version, "unsupported config version", KnownVersions(version));
    }

    /// <summary>2.16.2 is not held to its words here, which name types instead of the place.</summary>
    private static IgnitionValidation WrongType(
        ConfigTypeError error, TextPositions positions, string version, Generation3Release release) =>
        release == Generation3Release.Ignition2162
            ? Single(3, version, positions, error.Offset, error.Message, error.Path)
            : Single(3, version, positions, error.Offset, error.GoMessage);

    /// <summary>Applies all rules of generation 3, then looks for duplicates, then for unknown keys.</summary>
    private static IgnitionValidation Check(
        ConfigValue config, JsonTree tree, TextPositions positions, string version, Generation3Release release)
    {
        var findings = new List<ConfigFinding>();
        ConfigWalk.Check(config, findings);
        DuplicateRules.Check(config, findings);
        var source = new Generation3Source(tree.HasHugeNumber ? null : tree.Root, positions);
        findings.ForEach(source.Report);
        source.ReportUnknownKeys(config, asSentences: release == Generation3Release.Ignition2162);
        return new IgnitionValidation(source.Entries) { Generation = 3, Version = version };
    }

    private static IgnitionValidation Unreadable(int generation, string version, string reason, string? remedy = null) =>
        new([new ReportEntry(ReportKind.Error, reason)], isUnreadable: true)
        {
            Generation = generation, Version = version, Remedy = remedy,
        };

    private static string KnownVersions(string version) => version.Length == 0
        ? $"The config declares no ignition.version; the versions are {IgnitionVersions.List}"
        : $"The config declares version {Printable.Of(version, 64)}; the versions are {IgnitionVersions.List}";

    private static string? ByteOrderMarkRemedy(byte[] text) =>
        text is [0xEF, 0xBB, 0xBF, ..] ? "The text begins with a byte order mark: save it as UTF-8 without one"
        : text is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] ? "The text is UTF-16: save it as UTF-8 without a byte order mark"
        : null;

    private static IgnitionValidation Single(
        int generation, string version, TextPositions positions, int offset, string message, string path = "", string? remedy = null)
    {
        var (line, column) = generation == 2 ? positions.Behind(offset) : positions.At(offset);
        return new IgnitionValidation(
            [new ReportEntry(ReportKind.Error, message, line, column, path)],
            generation == 2 ? [positions.Show(offset)] : null)
        {
            Generation = generation,
            Version = version,
            Remedy = remedy,
        };
    }

    /// <summary>Cloud-config and scripts, also packed, which the older generation names instead of calling them broken JSON.</summary>
    private static string? FindOtherFormat(byte[] text)
    {
        var header = Encoding.UTF8.GetString(FirstLine(text)).TrimEnd();
        return header == "#cloud-config" ? "not a config (found coreos-cloudconfig)"
            : header.StartsWith("#!", StringComparison.Ordinal) ? "not a config (found coreos-cloudinit script)"
            : null;
    }

    private static ReadOnlySpan<byte> FirstLine(byte[] text)
    {
        var data = Unpack(text) ?? text;
        var end = data.AsSpan().IndexOf((byte)'\n');
        return end < 0 ? data : data.AsSpan(0, end);
    }

    /// <summary>The beginning of what a gzip stream holds, or null if it is none or is broken.</summary>
    private static byte[]? Unpack(byte[] text)
    {
        if (text is not [0x1f, 0x8b, ..])
        {
            return null;
        }
        try
        {
            using var gzip = new GZipStream(new MemoryStream(text), CompressionMode.Decompress);
            var data = new byte[MaxUnpackedHeader];
            return data[..gzip.ReadAtLeast(data, data.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
