namespace XenKube.Ignition.Generation2;

/// <summary>A release of Ignition 0.x by the tool that has it built in: the releases check and word some things differently.</summary>
internal enum Generation2Release
{
    /// <summary>The release in ct 0.5.0.</summary>
    InCt050,

    /// <summary>The release in ct 0.9.0.</summary>
    InCt090,

    /// <summary>Ignition 0.35.0, the last of the generation, as <c>ignition-validate</c>.</summary>
    Ignition0350,
}
