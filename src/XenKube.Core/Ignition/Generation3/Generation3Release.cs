namespace XenKube.Ignition.Generation3;

/// <summary>
/// A release of Ignition 2.x: the releases know other versions of the specification, and check and word some things differently.
/// </summary>
internal enum Generation3Release
{
    /// <summary>Ignition 2.16.2, which Butane 0.19.0 has built in.</summary>
    Ignition2162,

    /// <summary>Ignition 2.26.0, which Butane 0.29.0 has built in.</summary>
    Ignition2260,
}
