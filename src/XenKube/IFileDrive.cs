namespace XenKube.Commands;

/// <summary>A drive of the session that holds files which are not the host's, and which cmdlets read all the same.</summary>
internal interface IFileDrive
{
    /// <summary>True where a path of a provider is one of this drive.</summary>
    bool Holds(string path, bool isFile);

    /// <summary>The content of a file of this drive.</summary>
    byte[] Read(string path);
}
