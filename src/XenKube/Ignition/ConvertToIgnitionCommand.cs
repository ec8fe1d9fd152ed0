using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Ignition;
using XenKube.Ignition.Languages;

namespace XenKube.Commands.Ignition;

/// <summary>Transpiles Container Linux Configs and Butane configs to Ignition JSON, byte for byte as ct and butane do.</summary>
[Cmdlet(VerbsData.ConvertTo, "Ignition", DefaultParameterSetName = PathSet)]
[Alias("ConvertTo-XenIgnition")]
[OutputType(typeof(IgnitionConfig), typeof(string))]
public sealed class ConvertToIgnitionCommand : ConfigInputCommand
{
    /// <summary>Paths of the files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "ConfigPath")]
    [ValidateNotNullOrEmpty]
    public override string[]? LiteralPath { get; set; }

    /// <summary>
    /// The release of the Container Linux Config Transpiler whose output is written: 0.5.0 writes Ignition 2.1.0, 0.9.0 writes 2.2.0.
    /// Default: the release in the settings, 0.5.0.
    /// </summary>
    [Parameter]
    [ValidateSet("0.5.0", "0.9.0")]
    public string? Release { get; set; }

    /// <summary>The language of the document. Default: butane if the document has a variant, or clc.</summary>
    [Parameter]
    [ValidateSet("clc", "butane")]
    public string? Dialect { get; set; }

    /// <summary>The platform whose metadata fill variables such as {PRIVATE_IPV4}. Default: the platform in the settings, none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Platform { get; set; }

    /// <summary>The directory from which local files are read. Without it, none is read.</summary>
    [Parameter]
    [Alias("FilesDir")]
    [ValidateNotNullOrEmpty]
    public string? FilesDirectory { get; set; }

    /// <summary>Treats warnings as errors. Default: as the settings say, false.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Indents the JSON.</summary>
    [Parameter]
    public SwitchParameter Pretty { get; set; }

    /// <summary>Returns the JSON as text, for redirection to a file.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    private protected override string NodeProperty => nameof(Node.ConfigPath);

    private protected override bool IsJson => false;

    /// <inheritdoc/>
    protected override void ProcessText(byte[] text) => Write(IgnitionTranspiler.Transpile(text, Options()), "input");

    /// <inheritdoc/>
    protected override void ProcessFile(string path) => Write(IsOnDrive(path)
        ? IgnitionTranspiler.Transpile(ReadFile(path), Options())
        : IgnitionTranspiler.TranspileFile(path, NodeConfig.OptionsOf(UsableDirectory, path, Options())), path);

    private TranspileOptions Options()
    {
        var settings = UsableDirectory?.Settings.TranspileOptions ?? new TranspileOptions();
        return settings with
        {
            Release = Release ?? settings.Release,
            Dialect = Dialect,
            Platform = Platform ?? settings.Platform,
            FilesDirectory = FilesDirectory is null ? "" : Resolve(FilesDirectory),
            Strict = MyInvocation.BoundParameters.ContainsKey(nameof(Strict)) ? Strict : settings.Strict,
            Pretty = Pretty,
        };
    }

    private void Write(IgnitionConfig config, string source)
    {
        foreach (var entry in config.Warnings)
        {
            WriteWarning(Reports.Line(source, entry));
        }
        if (config.Succeeded)
        {
            WriteVerbose($"{source}: {config.Dialect}, written as Ignition {config.Version}, {Display.Size(config.Json.Length)}");
            WriteObject(Raw ? config.Json : config);
        }
        else
        {
            WriteError(Errors.Record(ConfigFailure.Of(config, source), source));
        }
    }
}
