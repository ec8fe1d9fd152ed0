namespace XenKube.Ignition.Languages;

/// <summary>How a config is turned into Ignition JSON.</summary>
public sealed record TranspileOptions
{
    /// <summary>
    /// The release of the Container Linux Config Transpiler to be like: <c>0.5.0</c> (Ignition 2.1.0, the default) or <c>0.9.0</c>
    /// (Ignition 2.2.0).
    /// </summary>
    public string Release { get; init; } = "0.5.0";

    /// <summary>
    /// The language to read the document in: <c>clc</c> or <c>butane</c>; null to go by the document's own <c>variant:</c>.
    /// </summary>
    public string? Dialect { get; init; }

    /// <summary>
    /// The variant of Butane that a document is read in which names none, such as <c>fcos</c>; empty to read such a document as a Container
    /// Linux Config.
    /// </summary>
    public string DefaultVariant { get; init; } = "";

    /// <summary>The version of <see cref="DefaultVariant"/> for a document that names none, such as <c>1.6.0</c>.</summary>
    public string DefaultVersion { get; init; } = "";

    /// <summary>
    /// With <see cref="DefaultVariant"/>, whether a document without a variant may be a Container Linux Config: it is taken for one where
    /// less is wrong with it then.
    /// </summary>
    public bool TakesContainerLinux { get; init; } = true;

    /// <summary>
    /// The release of Butane to be like: <c>0.29.0</c> (Ignition 2.26.0, the default) or <c>0.19.0</c> (Ignition 2.16.2).
    /// </summary>
    public string ButaneRelease { get; init; } = "0.29.0";

    /// <summary>The platform whose metadata fills <c>{PRIVATE_IPV4}</c> and the other variables; empty for none.</summary>
    public string Platform { get; init; } = "";

    /// <summary>The folder local files are read from; empty for none.</summary>
    public string FilesDirectory { get; init; } = "";

    /// <summary>Whether warnings are fatal.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether the JSON is indented.</summary>
    public bool Pretty { get; init; }

    /// <summary>Where the document came from, for the result and for messages.</summary>
    public string? SourcePath { get; init; }
}
