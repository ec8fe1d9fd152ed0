namespace XenKube.Ignition.Drivers;

/// <summary>A flag of a command line in the manner of Go's flag package.</summary>
/// <remarks>Held against flag of Go 1.19.</remarks>
/// <param name="Name">Its name without dashes.</param>
/// <param name="IsSwitch">Whether it is a bool, which needs no value.</param>
/// <param name="Usage">What it does.</param>
internal sealed record GoFlag(string Name, bool IsSwitch, string Usage);
