using System.Text;
using XenKube.Files;
using XenKube.Ignition.Butane;
using XenKube.Ignition.ContainerLinux;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Languages;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition;

/// <summary>Turns configs that people write, Container Linux Configs and Butane configs, into Ignition JSON.</summary>
public static class IgnitionTranspiler
{
    private static readonly ClcDialect ContainerLinux = new();
    private static readonly ButaneDialect Butane = new();
    private static readonly IIgnitionDialect[] Dialects = [ContainerLinux, Butane];

    /// <summary>The names <see cref="TranspileOptions.Dialect"/> may have.</summary>
    public static IReadOnlyList<string> DialectNames { get; } = [.. Dialects.Select(dialect => dialect.Name)];

    /// <summary>The names <see cref="TranspileOptions.Platform"/> may have; <c>custom</c> needs release 0.9.0 of ct.</summary>
    public static IReadOnlyList<string> PlatformNames { get; } = ClcRelease.V090.Platforms;

    /// <summary>Transpiles a document. Trouble with it is in the result's report, not an exception.</summary>
    /// <param name="source">The document, UTF-8 or UTF-16 with a mark.</param>
    /// <param name="options">How to.</param>
    /// <returns>The config; see <see cref="IgnitionConfig.Succeeded"/>.</returns>
    /// <exception cref="InvalidInputException">The options name a dialect or release that does not exist.</exception>
    public static IgnitionConfig Transpile(ReadOnlyMemory<byte> source, TranspileOptions? options = null)
    {
        options ??= new TranspileOptions();
        if (options.Dialect is null && OtherFormat.NameOf(source.Span) is { } other)
        {
            return IgnitionConfig.Refused(other, options);
        }
        var dialect = options.Dialect is { } name
            ? Dialects.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidInputException(
                    ErrorIds.DialectUnknown,
                    null,
                    null,
                    $"there is no config language {name}",
                    $"Use one of {string.Join(", ", DialectNames)}")
            : Dialects.First(candidate => candidate.Name == Detect(source.Span));
        return options.Dialect is null && options.DefaultVariant.Length > 0 && dialect == ContainerLinux
            ? TranspileUnnamed(source, options)
            : IgnitionConfig.From(dialect.Translate(source, options), options);
    }

    /// <summary>Transpiles a text.</summary>
    /// <param name="source">The document.</param>
    /// <param name="options">How to.</param>
    /// <returns>The config; see <see cref="IgnitionConfig.Succeeded"/>.</returns>
    public static IgnitionConfig Transpile(string source, TranspileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transpile(Encoding.UTF8.GetBytes(source), options);
    }

    /// <summary>Transpiles a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to; the source path is added.</param>
    /// <returns>The config; see <see cref="IgnitionConfig.Succeeded"/>.</returns>
    /// <exception cref="ItemNotFoundException">The file does not exist.</exception>
    /// <exception cref="OperationFailedException">The file cannot be read.</exception>
    public static IgnitionConfig TranspileFile(string path, TranspileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Transpile(WholeFile.Read(path), (options ?? new TranspileOptions()) with { SourcePath = path });
    }

    /// <summary>
    /// The language of a document: Butane's have the key <c>variant</c> at the top, which a Container Linux Config never has.
    /// </summary>
    /// <param name="source">The document.</param>
    /// <returns><c>butane</c> or <c>clc</c>.</returns>
    public static string Detect(ReadOnlySpan<byte> source)
    {
        if (source.IndexOf("variant"u8) < 0)
        {
            // UTF-16 documents are the reference tools' rarest guests: only they are decoded just to look.
            return source.Length > 1 && source[0] >= 0xFE && HasVariant(source) ? "butane" : "clc";
        }
        return HasVariant(source) ? "butane" : "clc";
    }

    /// <summary>Reads a document that names no variant as Butane, or as the Container Linux Config that it was written as.</summary>
    private static IgnitionConfig TranspileUnnamed(ReadOnlyMemory<byte> source, TranspileOptions options)
    {
        var butane = Butane.Translate(source, options);
        if (options.TakesContainerLinux && (butane.Json is null || butane.Report.Count > 0))
        {
            // Keys that only one of the languages knows are reported by the other.
            var old = ContainerLinux.Translate(source, options);
            if (butane.Json is null ? old.Json is not null : old.Json is not null && old.Report.Count < butane.Report.Count)
            {
                return IgnitionConfig.From(old, options);
            }
        }
        return IgnitionConfig.From(butane, options);
    }

    private static bool HasVariant(ReadOnlySpan<byte> source)
    {
        try
        {
            var root = YamlReader.Read(source, YamlOptions.GoYaml3);
            return root is { Kind: YamlNodeKind.Mapping }
                && root.Children.Where((_, index) => index % 2 == 0).Any(key => key is { Kind: YamlNodeKind.Scalar, Value: "variant" });
        }
        catch (YamlException)
        {
            // Text that is not YAML is still one or the other, for the wording of the error.
            return source.StartsWith("variant:"u8) || source.IndexOf("\nvariant:"u8) >= 0;
        }
    }
}
