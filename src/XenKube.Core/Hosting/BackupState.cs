namespace XenKube.Hosting;

/// <summary>What became of a change whose backup is kept.</summary>
public enum BackupState
{
    /// <summary>The files were written, and their service uses them.</summary>
    Active,

    /// <summary>The files were written, but their service was not told; or the work was cut off before that.</summary>
    NotActive,

    /// <summary>The files were put back.</summary>
    Undone,

    /// <summary>The backup has no manifest that can be read, so that nothing says where its files belong.</summary>
    Incomplete,
}
