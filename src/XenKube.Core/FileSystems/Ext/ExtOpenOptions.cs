namespace XenKube.FileSystems.Ext;

/// <summary>How an ext file system is opened.</summary>
/// <param name="ReadOnly">True to refuse every change even on a device that could be written.</param>
/// <param name="Clock">Where times of changes come from. Default: the system's clock.</param>
public sealed record ExtOpenOptions(bool ReadOnly = false, TimeProvider? Clock = null);
